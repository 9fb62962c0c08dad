import type { Directive } from "./config.ts";

const text = (fetch: string): string => `"%[${fetch},json(utf8s)]"`;

/** One line of JSON a request. Strings that clients write are escaped by `json`, the others have no byte that JSON escapes. */
const fields = [
  ["time", "%Ts.%ms"],
  ["client", text("src")],
  ["method", '"%HM"'],
  ["host", text("var(txn.host)")],
  ["path", text("var(txn.url)")],
  ["status", "%ST"],
  ["bytes", "%B"],
  ["requestMs", "%TR"],
  ["queueMs", "%Tw"],
  ["connectMs", "%Tc"],
  ["responseMs", "%Tr"],
  ["durationMs", "%Ta"],
  ["route", text("var(txn.route)")],
  ["section", '"%b"'],
  ["server", '"%s"'],
  ["tls", '"%sslv"'],
  ["end", '"%tsc"'],
] as const;

/** The access log, and what it needs to have kept of a request before that is changed. */
export const jsonLog: readonly Directive[] = [
  ["log-format", `{${fields.map(([name, value]) => `"${name}":${value}`).join(",")}}`],
  ["http-request", "set-var(txn.url)", "url"],
];
