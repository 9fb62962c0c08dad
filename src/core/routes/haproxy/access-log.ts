import type { Directive } from "./config.ts";

/** One line of JSON a request, in the words of the embedded engine's (daemons/ingress/embedded/access-log.ts) where both know a thing. Of all strings a client writes only the target as it likes: hosts are checked, methods are tokens. */
const fields = [
  ["time", "%Ts.%ms"],
  ["client", '"%[src]"'],
  ["method", '"%HM"'],
  ["host", '"%[var(txn.host)]"'],
  ["target", '"%[capture.req.uri,json(utf8s)]"'],
  ["status", "%ST"],
  ["sentBytes", "%B"],
  ["requestMs", "%TR"],
  ["queueMs", "%Tw"],
  ["connectMs", "%Tc"],
  ["responseMs", "%Tr"],
  ["durationMs", "%Ta"],
  ["route", '"%[var(txn.to),field(5,|)]"'],
  ["section", '"%b"'],
  ["endpoint", '"%s"'],
  ["tls", '"%sslv"'],
  ["end", '"%tsc"'],
] as const;

export const jsonLog: Directive = ["log-format", `{${fields.map(([name, value]) => `"${name}":${value}`).join(",")}}`];
