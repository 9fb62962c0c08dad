import type { RequestPart, RequestText } from "../../route-filters.ts";
import { type Reading, value, wrong } from "../annotation.ts";

/** What nginx and ingress-nginx call what a request has. */
const variables: ReadonlyMap<string, RequestPart> = new Map([
  ["scheme", { kind: "scheme" }],
  ["pass_access_scheme", { kind: "scheme" }],
  ["host", { kind: "host" }],
  ["http_host", { kind: "authority" }],
  ["best_http_host", { kind: "authority" }],
  ["request_uri", { kind: "uri" }],
  ["escaped_request_uri", { kind: "escapedUri" }],
  ["uri", { kind: "path" }],
  ["document_uri", { kind: "path" }],
  ["args", { kind: "query" }],
  ["query_string", { kind: "query" }],
  ["request_method", { kind: "method" }],
  ["remote_addr", { kind: "clientAddress" }],
  ["the_real_ip", { kind: "clientAddress" }],
]);
const families = [
  { start: "http_", kind: "header" },
  { start: "cookie_", kind: "cookie" },
  { start: "arg_", kind: "queryParameter" },
] as const;

/** `$request_uri`, `${host}`; a dollar that begins no name is itself. */
const variable = /\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z_][A-Za-z0-9_]*|[1-9]))/g;

/** Reads a text with nginx' variables in it. Wrong where it names one that isn't served. */
export function readRequestText(text: string): Reading<RequestText> {
  const parts: RequestPart[] = [];
  let end = 0;
  for (const match of text.matchAll(variable)) {
    const name = match[1] ?? match[2] ?? "";
    const part = partOf(name);
    if (part === undefined) return wrong(`has $${name} in it, which is not served; known are ${known}`);
    parts.push(...plain(text.slice(end, match.index)), part);
    end = match.index + match[0].length;
  }
  return value([...parts, ...plain(text.slice(end))]);
}

const plain = (text: string): readonly RequestPart[] => (text === "" ? [] : [{ kind: "text", value: text }]);

function partOf(name: string): RequestPart | undefined {
  const whole = variables.get(name);
  if (whole !== undefined) return whole;
  const family = families.find(({ start }) => name.startsWith(start) && name.length > start.length);
  if (family === undefined) return undefined;
  const rest = name.slice(family.start.length);
  return { kind: family.kind, name: family.kind === "header" ? rest.toLowerCase().replaceAll("_", "-") : rest };
}

/** The names that may stand behind a dollar. */
const known = `${[...variables.keys()].map((name) => `$${name}`).join(", ")}, $http_NAME, $cookie_NAME, $arg_NAME`;

/** The first name behind a dollar in it, for values in which nothing may be filled in; undefined where there is none. */
export const variableIn = (text: string): string | undefined => text.match(/\$\{?[A-Za-z_][A-Za-z0-9_]*\}?/)?.[0];
