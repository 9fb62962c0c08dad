import type { ErrorPages } from "../route-filters.ts";
import { type Annotation, type Grammar, value, wrong } from "./annotation.ts";
import { serviceName } from "./grammars/names.ts";
import { list } from "./grammars/words.ts";
import type { AnnotationLookups } from "./lookups.ts";
import type { AnnotationReader } from "./reader.ts";

const status: Grammar<number> = {
  shape: "a status, 300 to 599",
  read: (text) => (/^[345]\d\d$/.test(text) ? value(Number(text)) : wrong("is no status from 300 to 599")),
};

const customErrors: Annotation<readonly number[]> = {
  names: ["custom-http-errors"],
  grammar: list("status", status),
  fallback: "none",
  needs: "default-backend",
  doc: "Answers of the backend with one of these statuses get the body that default-backend has for them; it is asked with X-Code and the like. Answers of the engine itself, such as a 401, keep theirs.",
};
const defaultBackend: Annotation<string> = {
  names: ["default-backend"],
  grammar: serviceName,
  fallback: "none",
  doc: "The Service, by its first port, that serves where a path's own has no ready endpoints.",
};

export const errorAnnotations = [customErrors, defaultBackend];

export interface ReadErrors {
  readonly fallbackService: string | undefined;
  readonly errorPages: ErrorPages | undefined;
}

export function readErrors(reader: AnnotationReader, lookups: AnnotationLookups): ReadErrors {
  const name = reader.read(defaultBackend);
  const fallbackService = name === undefined ? undefined : `${reader.namespace}/${name}`;
  const port = fallbackService === undefined ? undefined : firstPort(reader, lookups, fallbackService);
  const codes = fallbackService === undefined ? undefined : reader.read(customErrors);
  return {
    fallbackService: port === undefined ? undefined : fallbackService,
    errorPages:
      codes === undefined || port === undefined ? undefined : { codes, backend: `${fallbackService}:${port}` },
  };
}

function firstPort(reader: AnnotationReader, lookups: AnnotationLookups, full: string): number | undefined {
  reader.looksAt({ kind: "Service", name: full });
  const service = lookups.service(full);
  const ports = service?.spec.type === "ExternalName" ? [] : (service?.spec.ports ?? []);
  const port = ports.find(({ protocol }) => protocol === "TCP")?.port;
  if (port === undefined) {
    const message =
      service === undefined ? `there is no Service ${full}` : `Service ${full} has no endpoints by a TCP port`;
    reader.find(defaultBackend, { weight: "refused", because: "AnnotationInvalid", message });
  }
  return port;
}
