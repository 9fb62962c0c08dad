import type { Cors } from "../route-filters.ts";
import type { Annotation, Grammar } from "./annotation.ts";
import { value, wrong } from "./annotation.ts";
import { headerName, parseAuthority } from "./grammars/names.ts";
import { wholeNumber } from "./grammars/numbers.ts";
import { boolean, list } from "./grammars/words.ts";
import type { AnnotationReader } from "./reader.ts";

const needs = 'enable-cors: "true"';

const origin: Grammar<string> = {
  shape: "`*`, or https://example.com:8443, also with `*.` before the host",
  read: (text) => {
    if (text === "*") return value(text);
    const [, scheme = "", wildcard = "", authority = ""] = /^([a-z][a-z0-9+.-]*:\/\/)(\*\.)?([^/]+)$/i.exec(text) ?? [];
    return parseAuthority(authority) === undefined
      ? wrong("is no origin; write one like https://example.com, without a path")
      : value(`${scheme}${wildcard}${authority}`.toLowerCase());
  },
};
const method: Grammar<string> = {
  shape: "a method of letters",
  read: (text) =>
    /^[A-Za-z]{1,32}$/.test(text) ? value(text.toUpperCase()) : wrong("is no method; write letters alone"),
};
const headerAsWritten: Grammar<string> = {
  shape: headerName.shape,
  read: (text) => {
    const reading = headerName.read(text);
    return reading.kind === "wrong" ? reading : value(text);
  },
};
const exposedHeader: Grammar<string> = {
  shape: `${headerName.shape}, or \`*\``,
  read: (text) => (text === "*" ? value(text) : headerAsWritten.read(text)),
};

const defaultMethods = "GET, PUT, POST, DELETE, PATCH, OPTIONS";
const defaultHeaders =
  "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization";
const defaultMaxAge = 1_728_000;

const enable: Annotation<boolean> = {
  names: ["enable-cors"],
  grammar: boolean,
  fallback: "false",
  doc: "Pages of other origins may use the Ingress: preflight requests are answered, and answers say so. Where one of the annotations below can't be read, none of it is served.",
};
const origins: Annotation<readonly string[]> = {
  names: ["cors-allow-origin"],
  grammar: list("origin", origin),
  fallback: "*",
  needs,
  doc: "The origins that may.",
};
const methods: Annotation<readonly string[]> = {
  names: ["cors-allow-methods"],
  grammar: list("method", method),
  fallback: defaultMethods,
  needs,
  doc: "The methods that they may use.",
};
const headers: Annotation<readonly string[]> = {
  names: ["cors-allow-headers"],
  grammar: list("header", headerAsWritten),
  fallback: defaultHeaders,
  needs,
  doc: "The request headers that they may send.",
};
const exposed: Annotation<readonly string[]> = {
  names: ["cors-expose-headers"],
  grammar: list("header", exposedHeader),
  fallback: "none",
  needs,
  doc: "The headers of answers that they may read.",
};
const credentials: Annotation<boolean> = {
  names: ["cors-allow-credentials"],
  grammar: boolean,
  fallback: "true",
  needs,
  doc: "Whether they may send cookies and the like.",
};
const maxAge: Annotation<number> = {
  names: ["cors-max-age"],
  grammar: wholeNumber("seconds", 0, 315_360_000),
  fallback: String(defaultMaxAge),
  needs,
  doc: "How long a browser may keep the answer to a preflight request.",
};

const details = [origins, methods, headers, exposed, credentials, maxAge];
export const corsAnnotations = [enable, ...details];

export function readCors(reader: AnnotationReader): Cors | undefined {
  if (reader.read(enable) !== true) return undefined;
  const cors = {
    origins: reader.read(origins) ?? ["*"],
    methods: reader.read(methods) ?? defaultMethods.split(", "),
    headers: reader.read(headers) ?? defaultHeaders.split(","),
    exposed: reader.read(exposed) ?? [],
    credentials: reader.read(credentials) ?? true,
    maxAgeSeconds: reader.read(maxAge) ?? defaultMaxAge,
  };
  return reader.isRefused(...details) ? undefined : cors;
}
