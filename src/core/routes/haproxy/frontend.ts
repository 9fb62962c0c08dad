import type { Listener, RouteSet } from "../route-table.ts";
import { jsonLog } from "./access-log.ts";
import { ROUTE_TABLE } from "./base.ts";
import type { Directive, Section } from "./config.ts";
import { certificateListName } from "./files.ts";
import { clientRules, forwardingRules, headRules, misdirectedRules } from "./head-rules.ts";
import type { GroupRule } from "./lookups.ts";
import type { HaproxyPlaces } from "./plan.ts";
import { type RoutingMaps, routingRules } from "./routing-rules.ts";
import { httpsLocation, ifSays, redirects, returns, sourceList, TOO_LONG } from "./rules.ts";

/** What a listener's frontend is made of. */
export interface ListenerParts {
  readonly listener: Listener;
  readonly maps: RoutingMaps;
  readonly groupRules: readonly GroupRule[];
  readonly wildcards: RouteSet["wildcards"];
  /** The port that redirects to https name. */
  readonly httpsPort: number;
  /** Kinds of destinations that routes have beside sections: `a503`, `l302`. */
  readonly kinds: ReadonlySet<string>;
  readonly hasPassthroughs: boolean;
}

export const CERTIFICATE_OWNERS = "certificates.map";
export const PASSTHROUGHS = "passthroughs.map";
export const OWN_PREFIX = "own-";
const httpsStatuses = [301, 302, 303, 307, 308];
const ROUTE_FOUND = ["{", "var(txn.route)", "-m", "found", "}"] as const;

const nameOf = ({ id }: Listener): string => `listener-${id.replace(/[^\w-]/g, ".")}`;

export function listenerSections(parts: ListenerParts, places: HaproxyPlaces): readonly Section[] {
  const { listener, hasPassthroughs } = parts;
  const name = nameOf(listener);
  const detour = places.detours.get(listener.id);
  const isBehind = hasPassthroughs && listener.protocol === "HTTPS";
  const inner = `${places.runtimeSocket}.${name}`;
  const tls = listener.protocol === "HTTPS" ? ["ssl", "crt-list", certificateListName, "alpn", "h2,http/1.1"] : [];
  const taking = isBehind
    ? [["bind", `unix@${inner}`, "accept-proxy", "mode", "600", ...tls]]
    : [...bindings(listener.port, places, tls), ...proxyHeaderRules(listener)];
  return [
    ...(isBehind ? sniSections({ listener, name, inner }, places) : []),
    {
      kind: "frontend",
      name,
      directives: [...taking, ...requestRules(parts, detour === undefined ? undefined : `detour-${name}`)],
    },
    ...(detour === undefined ? [] : [serverSection(`detour-${name}`, `unix@${detour}`)]),
  ];
}

const serverSection = (name: string, address: string, ...more: readonly Directive[]): Section => ({
  ...{ kind: "backend", name },
  directives: [...more, ["server", "inner", address, "send-proxy-v2"]],
});

/** Of frontends that take connections as they are. */
export const streamOptions: readonly Directive[] = [
  ["mode", "tcp"],
  ["option", "tcplog"],
  ["no", "option", "idle-close-on-response"],
];

export function bindings(port: number, { addresses }: HaproxyPlaces, words: readonly string[]): readonly Directive[] {
  return addresses.map((address) =>
    address.includes(":")
      ? ["bind", `ipv6@${address}:${port}`, "v6only", ...words]
      : ["bind", `ipv4@${address}:${port}`, ...words],
  );
}

/** Who doesn't begin with a PROXY header, or may not, is closed. */
export function proxyHeaderRules({
  acceptsProxyHeader,
  trusted,
}: Pick<Listener, "acceptsProxyHeader" | "trusted">): readonly Directive[] {
  if (!acceptsProxyHeader) return [];
  const expect: Directive = ["tcp-request", "connection", "expect-proxy", "layer4"];
  if (trusted.length === 0) return [expect];
  return [...sourceList("proxy", trusted), ["tcp-request", "connection", "reject", "unless", "proxy"], expect];
}

/** TLS is looked at for the name it asks for: what isn't passed on as it is goes to the listener's own frontend. */
function sniSections(
  { listener, name, inner }: { readonly listener: Listener; readonly name: string; readonly inner: string },
  places: HaproxyPlaces,
): readonly Section[] {
  const found = ["{", "var(sess.to)", "-m", "found", "}"];
  const sets = (fetch: string): Directive => [
    ...["tcp-request", "content", "set-var(sess.to)", `${fetch},map_str(${PASSTHROUGHS})`],
    ...["if", "{", "req.ssl_hello_type", "1", "}", "!{", "var(sess.to)", "-m", "found", "}"],
  ];
  const directives: readonly Directive[] = [
    ...streamOptions,
    ...bindings(listener.port, places, []),
    ...proxyHeaderRules(listener),
    ["tcp-request", "inspect-delay", "5s"],
    sets("req.ssl_sni,lower"),
    sets("req.ssl_sni,lower,regsub(^[^.]*,*)"),
    ["tcp-request", "content", "accept", "if", "{", "req.ssl_hello_type", "1", "}"],
    ["use_backend", "%[var(sess.to)]", "if", ...found],
    ["default_backend", `inner-${name}`],
  ];
  return [
    { kind: "frontend", name: `sni-${name}`, directives },
    serverSection(`inner-${name}`, `unix@${inner}`, ["mode", "tcp"]),
  ];
}

function requestRules(parts: ListenerParts, detour: string | undefined): readonly Directive[] {
  const { listener, kinds, maps, groupRules, wildcards } = parts;
  const isTls = listener.protocol === "HTTPS";
  return [
    ...jsonLog,
    ...headRules,
    ...(isTls ? misdirectedRules(CERTIFICATE_OWNERS) : []),
    ...clientRules(listener),
    ...routingRules(maps, groupRules, wildcards),
    ["http-request", "track-sc0", "var(txn.route)", "table", ROUTE_TABLE, "if", ...ROUTE_FOUND],
    returns(404, { text: "404: no rule is for this host and path" }, ["unless", ...ROUTE_FOUND]),
    ...(isTls ? [] : httpsRedirects(parts.httpsPort)),
    ...[...kinds].toSorted().map(ownAnswer),
    ...detourRules(detour),
    ...forwardingRules(listener).map((rule) => unlessDetoured(rule)),
    ...(detour === undefined ? [] : [["use_backend", detour, ...ifSays("txn.kind", "d")]]),
    ["use_backend", "%[var(txn.section)]"],
  ];
}

const httpsRedirects = (port: number): readonly Directive[] =>
  httpsStatuses.map((status) => redirects(status, httpsLocation(port), ...ifSays("txn.https", `${status}`)));

function ownAnswer(kind: string): Directive {
  const status = Number(kind.slice(1));
  return kind.startsWith("l")
    ? redirects(status, "%[var(txn.text)]", ...ifSays("txn.kind", kind))
    : returns(status, { format: "%[var(txn.text)]" }, ifSays("txn.kind", kind));
}

/** Bodies whose length isn't said beforehand can't be counted here: the embedded engine counts them. */
function detourRules(detour: string | undefined): readonly Directive[] {
  const isLimited = ["{", "var(txn.body)", "-m", "len", "gt", "0", "}"];
  const isUncounted = ["!{", "req.fhdr(content-length)", "-m", "found", "}"];
  const whenUncounted = [
    ["if", ...isLimited, ...isUncounted, "{", "req.fhdr(transfer-encoding)", "-m", "found", "}"],
    [
      "if",
      ...isLimited,
      ...isUncounted,
      "{",
      "fc_http_major",
      "2",
      "}",
      "!{",
      "method",
      "GET",
      "HEAD",
      "OPTIONS",
      "DELETE",
      "}",
    ],
  ];
  const tooLong = returns(413, { text: TOO_LONG }, [
    ...["if", ...isLimited, "{", "req.hdr_val(content-length),sub(txn.body)", "gt", "0", "}"],
    ...["!{", "var(txn.section)", "-m", "beg", OWN_PREFIX, "}", "!{", "var(txn.kind)", "-m", "str", "d", "}"],
  ]);
  if (detour !== undefined) {
    return [tooLong, ...whenUncounted.map((when) => ["http-request", "set-var(txn.kind)", "str(d)", ...when])];
  }
  return [
    tooLong,
    returns(503, { text: "503: what the route asks for is not served here" }, ifSays("txn.kind", "d")),
    ...whenUncounted.map((when) => returns(411, { text: "411: the length of the body must be said" }, when)),
  ];
}

function unlessDetoured(rule: Directive): Directive {
  const not = ["!{", "var(txn.kind)", "-m", "str", "d", "}"];
  if (rule.includes("if")) return [...rule, ...not];
  const unless = rule.indexOf("unless");
  if (unless < 0) return [...rule, "if", ...not];
  return [...rule.slice(0, unless), "if", ...negated(rule.slice(unless + 1)), ...not];
}

/** Of one condition. */
const negated = ([opening = "", ...rest]: Directive): Directive => [opening === "{" ? "!{" : opening, ...rest];
