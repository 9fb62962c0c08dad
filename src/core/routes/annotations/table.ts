import { affinityAnnotations } from "./affinity.ts";
import type { Annotation } from "./annotation.ts";
import { balancingAnnotations } from "./balancing.ts";
import { basicAuthAnnotations } from "./basic-auth.ts";
import { bodyAnnotations } from "./body.ts";
import { canaryAnnotations } from "./canary.ts";
import { corsAnnotations } from "./cors.ts";
import { errorAnnotations } from "./errors.ts";
import { externalAuthAnnotations } from "./external-auth.ts";
import { headerAnnotations } from "./headers.ts";
import { httpsAnnotations } from "./https.ts";
import { pathAnnotations } from "./paths.ts";
import { rateLimitAnnotations } from "./rate-limit.ts";
import { redirectAnnotations } from "./redirects.ts";
import { snippetAnnotations } from "./snippets.ts";
import { sourceAnnotations } from "./sources.ts";
import { timeoutAnnotations } from "./timeouts.ts";
import { protocolAnnotations } from "./upstream-protocol.ts";

/** Every annotation that is served, in the groups of the reference. */
export const served: readonly { readonly about: string; readonly annotations: readonly Annotation[] }[] = [
  { about: "Paths and hosts", annotations: pathAnnotations },
  { about: "Redirects", annotations: redirectAnnotations },
  { about: "TLS", annotations: httpsAnnotations },
  {
    about: "Who may come in",
    annotations: [...sourceAnnotations, ...basicAuthAnnotations, ...externalAuthAnnotations],
  },
  { about: "Rate limits", annotations: rateLimitAnnotations },
  { about: "CORS", annotations: corsAnnotations },
  { about: "Headers", annotations: headerAnnotations },
  { about: "Bodies and connections", annotations: bodyAnnotations },
  { about: "Backends", annotations: protocolAnnotations },
  { about: "Timeouts and retries", annotations: timeoutAnnotations },
  { about: "Balancing", annotations: balancingAnnotations },
  { about: "Sessions", annotations: affinityAnnotations },
  { about: "Canaries", annotations: canaryAnnotations },
  { about: "Errors", annotations: errorAnnotations },
];

const declared: readonly Annotation[] = [...served.flatMap(({ annotations }) => annotations), ...snippetAnnotations];

/** What is known of the names, old ones too, without prefix. */
export const annotationsByName: ReadonlyMap<string, Annotation> = new Map(
  declared.flatMap((annotation) => annotation.names.map((name) => [name, annotation] as const)),
);
