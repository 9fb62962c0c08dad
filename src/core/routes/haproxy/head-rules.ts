import type { Listener } from "../route-table.ts";
import type { Directive } from "./config.ts";
import { returns, sourceList } from "./rules.ts";
import { targetRules } from "./target-rules.ts";

/** Before a route is looked for. The host is in `txn.host` then, the path in `txn.path`, and in `txn.slashed` with a slash behind it. */
export const headRules: readonly Directive[] = [
  ...targetRules,
  // What may have been done already is not done again (RFC 9110 section 9.2.2), as in nginx.
  [
    "http-request",
    "disable-l7-retry",
    "unless",
    "{",
    "method",
    "GET",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "PUT",
    "DELETE",
    "}",
  ],
  ["http-request", "set-var(txn.path)", "path"],
  ["http-request", "set-var(txn.slashed)", "path,concat(/)"],
];

/** How often the last of the addresses in X-Forwarded-For may be another peer that is believed. */
const PROXIES_IN_A_ROW = 4;

/** A client behind peers that are believed is the last one in X-Forwarded-For that isn't such a peer. */
export function clientRules({ trusted }: Listener): readonly Directive[] {
  if (trusted.length === 0) return [];
  const steps = Array.from({ length: PROXIES_IN_A_ROW }, (_, step) => [
    ...["http-request", "set-src", `req.hdr_ip(x-forwarded-for,-${step + 1})`],
    ...["if", "trusted", "{", `req.hdr_ip(x-forwarded-for,-${step + 1})`, "-m", "found", "}"],
  ]);
  return [
    ...sourceList("trusted", trusted),
    ["http-request", "set-var(txn.trusted)", "bool(true)", "if", "trusted"],
    ["http-request", "set-var(txn.peer)", "src"],
    ...steps,
  ];
}

const IS_WEBSOCKET = ["{", "req.fhdr(upgrade)", "-m", "str", "-i", "websocket", "}"] as const;

/** The headers that `filters/forwarding.ts` guards, and their twins with underscores. */
export const BELIEVED =
  "x[-_](forwarded|original).*|x[-_](rewrite[-_]url|real[-_]ip|scheme|client[-_]ip|cluster[-_]client[-_]ip).*|true[-_]client[-_]ip.*|forwarded";

/** Of this connection alone (RFC 9110 section 7.6.1). */
export const HOP = "proxy-connection|keep-alive|http2-settings";

export const HAS_REQUEST_ID = ["{", "req.fhdr(x-request-id)", "-m", "reg", "^[A-Za-z0-9._:-]{1,128}$", "}"] as const;

/** What backends are told of the client. */
export function forwardingRules({ port, protocol, trusted }: Listener): readonly Directive[] {
  const own = protocol === "HTTPS" ? "https" : "http";
  const scheme = trusted.length === 0 ? own : "%[req.fhdr(x-forwarded-proto)]";
  const setsMissing = (name: string, format: string): Directive => [
    ...["http-request", "set-header", name, format],
    ...(trusted.length === 0 ? [] : ["unless", "{", `req.fhdr(${name})`, "-m", "found", "}"]),
  ];
  const chain: readonly Directive[] =
    trusted.length === 0
      ? []
      : [
          [
            ...["http-request", "set-header", "x-forwarded-for", "%[req.fhdr(x-forwarded-for)], %[var(txn.peer)]"],
            ...["if", "{", "req.fhdr(x-forwarded-for)", "-m", "found", "}"],
          ],
        ];
  const removes = (pattern: string, ...when: readonly string[]): Directive => [
    ...["http-request", "del-header", pattern, "-m", "reg", ...when],
  ];
  return [
    // Nothing but WebSocket is asked for, and who asks for more is answered as if it had not. HAProxy writes Connection itself.
    removes(
      `(?i)^(${HOP}|connection|upgrade${trusted.length === 0 ? `|${BELIEVED}` : ""})$`,
      "unless",
      ...IS_WEBSOCKET,
    ),
    removes(`(?i)^(${HOP}${trusted.length === 0 ? `|${BELIEVED}` : ""})$`, "if", ...IS_WEBSOCKET),
    ...(trusted.length === 0
      ? []
      : [removes(`(?i)^(${BELIEVED})$`, "unless", "{", "var(txn.trusted)", "-m", "found", "}")]),
    ...chain,
    setsMissing("x-forwarded-for", "%[src]"),
    setsMissing("x-real-ip", "%[src]"),
    setsMissing("x-forwarded-host", "%[req.fhdr(host)]"),
    setsMissing("x-forwarded-port", `${port}`),
    setsMissing("x-forwarded-proto", own),
    ["http-request", "set-header", "x-forwarded-scheme", scheme],
    ["http-request", "set-header", "x-scheme", scheme],
    ["http-request", "set-header", "x-request-id", "%[uuid]", "unless", ...HAS_REQUEST_ID],
  ];
}

/** A name in TLS whose certificate isn't the host's is another host's connection (RFC 9110 section 15.5.20). No name: whatever host. */
export function misdirectedRules(map: string): readonly Directive[] {
  const owner = (variable: string, fetch: string): readonly Directive[] => [
    ["http-request", `set-var(${variable})`, `${fetch},map_str(${map})`, "if", "{", "var(txn.sni)", "-m", "found", "}"],
    [
      ...["http-request", `set-var(${variable})`, `${fetch},regsub(^[^.]*,*),map_str(${map})`],
      ...["if", "{", "var(txn.sni)", "-m", "found", "}", "!{", `var(${variable})`, "-m", "found", "}"],
    ],
  ];
  return [
    [
      "http-request",
      "set-var(txn.sni)",
      "ssl_fc_sni,lower",
      "if",
      "{",
      "ssl_fc_has_sni",
      "}",
      "!{",
      "ssl_fc_sni,lower,strcmp(txn.host)",
      "0",
      "}",
    ],
    ...owner("txn.owner", "var(txn.host)"),
    ...owner("txn.shown", "var(txn.sni)"),
    returns(421, { text: "421: the host has another certificate than the one that this connection began with" }, [
      ...["if", "{", "var(txn.sni)", "-m", "found", "}", "{", "var(txn.owner)", "-m", "found", "}"],
      ...["!{", "var(txn.owner),strcmp(txn.shown)", "0", "}"],
    ]),
  ];
}
