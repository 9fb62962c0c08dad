import type { Ingress } from "#api/networking/ingress.ts";
import type { IngressSettings } from "../ingress-settings.ts";
import { readBodyLimit } from "./body.ts";
import { readHttps } from "./https.ts";
import type { AnnotationLookups } from "./lookups.ts";
import { readPaths } from "./paths.ts";
import { annotationReader } from "./reader.ts";
import { readTimeouts } from "./timeouts.ts";
import { readProtocol } from "./upstream-protocol.ts";

/** What the annotations of an Ingress ask for. Whatever is in them, it spoils this Ingress alone, and the findings name it. */
export function readAnnotations(ingress: Ingress, { defaults }: AnnotationLookups): IngressSettings {
  const reader = annotationReader(ingress);
  const { rewrite, ...paths } = readPaths(reader);
  const { maxBodyBytes: bodyLimit, ...filters } = defaults.filters;
  const maxBodyBytes = readBodyLimit(reader, bodyLimit);
  const { serviceUpstream, protocol, serverName } = readProtocol(reader, defaults.backend);
  return {
    ...paths,
    ...readHttps(reader, defaults.httpsRedirect),
    serviceUpstream,
    filters: {
      ...filters,
      ...(maxBodyBytes === undefined ? {} : { maxBodyBytes }),
      ...(rewrite === undefined ? {} : { rewrite }),
    },
    backend: {
      ...defaults.backend,
      ...readTimeouts(reader, defaults.backend),
      protocol,
      ...(serverName === undefined ? {} : { serverName }),
    },
    canary: undefined,
    redirect: undefined,
    fallbackService: undefined,
    reads: reader.reads,
    findings: reader.findings,
    failsClosed: reader.failsClosed(),
  };
}
