import type { ConfigMap } from "#api/core/config-map.ts";
import type { Header, HeaderChanges } from "../route-filters.ts";
import { showValue } from "../shown-value.ts";
import type { Annotation } from "./annotation.ts";
import { headerName, type ObjectName, objectName } from "./grammars/names.ts";
import { absolutePath } from "./grammars/urls.ts";
import { isPrintable } from "./grammars/words.ts";
import type { AnnotationLookups } from "./lookups.ts";
import type { AnnotationReader } from "./reader.ts";

const customHeaders: Annotation<ObjectName> = {
  names: ["custom-headers"],
  grammar: objectName("ConfigMap"),
  fallback: "none",
  doc: "A ConfigMap of the Ingress' namespace: its keys are headers that every answer gets, in place of the backend's own. Those that belong to a connection or a body are refused.",
};
const forwardedPrefix: Annotation<string> = {
  names: ["x-forwarded-prefix"],
  grammar: absolutePath,
  fallback: "none",
  doc: "The header X-Forwarded-Prefix that the backend gets.",
};

export const headerAnnotations = [customHeaders, forwardedPrefix];

export interface ReadHeaders {
  readonly requestHeaders: HeaderChanges | undefined;
  readonly responseHeaders: HeaderChanges | undefined;
}

export function readHeaders(reader: AnnotationReader, lookups: AnnotationLookups): ReadHeaders {
  const prefix = reader.read(forwardedPrefix);
  const name = reader.read(customHeaders);
  const set = name === undefined ? [] : headersOf(reader, lookups, name);
  return {
    requestHeaders: prefix === undefined ? undefined : setting([{ name: "x-forwarded-prefix", value: prefix }]),
    responseHeaders: set.length === 0 ? undefined : setting(set),
  };
}

const setting = (set: readonly Header[]): HeaderChanges => ({ remove: [], set, add: [] });

function headersOf(reader: AnnotationReader, lookups: AnnotationLookups, { namespace, name }: ObjectName): Header[] {
  const refuse = (message: string): void =>
    reader.find(customHeaders, { weight: "refused", because: "AnnotationInvalid", message });
  if ((namespace ?? reader.namespace) !== reader.namespace) {
    refuse(`a ConfigMap of namespace ${namespace} is not read for an Ingress of ${reader.namespace}`);
    return [];
  }
  const full = `${reader.namespace}/${name}`;
  reader.looksAt({ kind: "ConfigMap", name: full });
  const found = lookups.configMap(full);
  if (found === undefined) {
    refuse(`there is no ConfigMap ${full}`);
    return [];
  }
  return goodHeaders(found, (key, why) => refuse(`ConfigMap ${full}, entry ${showValue(key)}: ${why}`));
}

/** What says where a message ends, and what belongs to one connection (RFC 9110 section 7.6.1), are the engine's to write. */
const engineHeaders = new Set(
  "connection keep-alive proxy-connection te trailer transfer-encoding upgrade content-length content-encoding host".split(
    " ",
  ),
);

function goodHeaders({ data = {} }: ConfigMap, refuse: (key: string, why: string) => void): Header[] {
  const headers: Header[] = [];
  for (const [key, text] of Object.entries(data)) {
    const name = headerName.read(key);
    const written = text.trim();
    if (name.kind === "wrong") refuse(key, name.detail);
    else if (engineHeaders.has(name.value))
      refuse(key, "it belongs to the connection or the body, and is left as it is");
    else if (!isPrintable(written))
      refuse(key, "its value has a line break, or a character that is not printable ASCII");
    else headers.push({ name: name.value, value: written });
  }
  return headers;
}
