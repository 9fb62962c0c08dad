import type { Annotation } from "./annotation.ts";
import { bodyAnnotations } from "./body.ts";
import { httpsAnnotations } from "./https.ts";
import { pathAnnotations } from "./paths.ts";
import { timeoutAnnotations } from "./timeouts.ts";
import { protocolAnnotations } from "./upstream-protocol.ts";

/** Every annotation that is served, in the groups of the reference. */
export const served: readonly { readonly about: string; readonly annotations: readonly Annotation[] }[] = [
  { about: "Paths and hosts", annotations: pathAnnotations },
  { about: "TLS", annotations: httpsAnnotations },
  { about: "Bodies and connections", annotations: bodyAnnotations },
  { about: "Timeouts and retries", annotations: timeoutAnnotations },
  { about: "Backends", annotations: protocolAnnotations },
];
