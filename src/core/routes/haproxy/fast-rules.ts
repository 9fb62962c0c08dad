import { NORMAL_TARGET } from "../request-target.ts";
import type { Listener } from "../route-table.ts";
import { ROUTE_NUMBER, ROUTE_TABLE } from "./base.ts";
import { argumentOf, type Directive } from "./config.ts";
import { BELIEVED, HAS_REQUEST_ID, HOP } from "./head-rules.ts";

/**
 * What most requests need and nothing more: a rule costs up to a microsecond, and its condition a fifth of one. Where the target is in its
 * normal form and the Host leads to a plain section as it was sent, no rule for normal forms and patterns is met at all, nor one for bodies
 * where there is none. Who is not sure of that goes on with the other rules, which do the same.
 */
export function fastRules(listener: Listener, plain: string): readonly Directive[] {
  if (!isFast(listener)) return [];
  const isTls = listener.protocol === "HTTPS";
  const isSection = ["{", "var(txn.to)", "-m", "beg", "s|", ...(isTls ? ["r|"] : []), "}"];
  const has = (name: string) => ["{", `req.fhdr(${name})`, "-m", "found", "}"];
  const bare = ["content-length", "transfer-encoding", "upgrade"].flatMap((name) => ["!", ...has(name)]);
  return [
    ["http-request", "set-var(txn.path)", "path"],
    // What stands in the map is a host, so what is found by it is one; but another `#` would end it elsewhere.
    [
      ...["http-request", "set-var(txn.to)"],
      `req.fhdr(host),concat(${argumentOf("#")},txn.path,${argumentOf("/#")}),map_beg(${plain})`,
      ...["if", "{", "url", "-m", "reg", NORMAL_TARGET, "}", "!{", "req.fhdr(host)", "-m", "sub", "#", "}"],
    ],
    ["http-request", "set-var(txn.host)", "req.fhdr(host)", "if", ...isSection],
    [
      ...["http-request", "set-var(txn.fast)", "bool(true)", "if", ...isSection],
      ...["{", "method", "GET", "HEAD", "OPTIONS", "DELETE", "}", ...bare],
      ...(isTls ? ["{", "ssl_fc_sni,strcmp(txn.host)", "0", "}"] : []),
    ],
    ["http-request", "track-sc0", ROUTE_NUMBER, "table", ROUTE_TABLE, ...IS_FAST],
    ...fastHeaders(listener),
    ["http-request", "allow", ...IS_FAST],
  ];
}

/** Peers that are believed have a say in what backends are told. */
export const isFast = ({ trusted }: Listener): boolean => trusted.length === 0;

export const IS_FAST = ["if", "{", "var(txn.fast)", "-m", "bool", "}"] as const;

/** As `forwardingRules`. HAProxy has names in lower case. */
function fastHeaders({ port, protocol }: Listener): readonly Directive[] {
  const scheme = protocol === "HTTPS" ? "https" : "http";
  const adds = (name: string, format: string): Directive => ["http-request", "add-header", name, format, ...IS_FAST];
  return [
    ["http-request", "del-header", `^(${HOP}|connection|${BELIEVED})$`, "-m", "reg", ...IS_FAST],
    adds("x-forwarded-for", "%[src]"),
    adds("x-real-ip", "%[src]"),
    adds("x-forwarded-host", "%[var(txn.host)]"),
    adds("x-forwarded-port", `${port}`),
    adds("x-forwarded-proto", scheme),
    adds("x-forwarded-scheme", scheme),
    adds("x-scheme", scheme),
    ["http-request", "set-header", "x-request-id", "%[uuid]", ...IS_FAST, "!", ...HAS_REQUEST_ID],
  ];
}
