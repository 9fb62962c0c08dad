import type { Cors, HeaderChanges, RateLimit, Rewrite, SourceFilter } from "../route-filters.ts";
import type { PathMatch, Route } from "../route-table.ts";
import { argumentOf, type Directive, formatOf, isUnprintable } from "./config.ts";
import { httpsLocation, redirects, returns, sourceList, TOO_LONG } from "./rules.ts";

/** What a section does with a route's requests, in the order that RouteFilters names. */
export function filterDirectives({ filters, match }: Route, httpsPort: number): readonly Directive[] {
  const { sources, rateLimit, httpsRedirect, cors, maxBodyBytes, rewrite, requestHeaders, responseHeaders } = filters;
  return [
    ...(rateLimit === undefined ? [] : [rateTable(rateLimit)]),
    ...(cors === undefined ? [] : corsHeaderRules(cors)),
    ...headerRules("http-after-response", responseHeaders),
    ...(sources === undefined ? [] : sourceRules(sources)),
    ...(rateLimit === undefined ? [] : rateRules(rateLimit)),
    ...(httpsRedirect === undefined
      ? []
      : [redirects(httpsRedirect.status, httpsLocation(httpsPort), "unless", "{", "ssl_fc", "}")]),
    ...(cors === undefined ? [] : [returns(204, undefined, ["if", "METH_OPTIONS", ...ORIGIN_MAY])]),
    ...(maxBodyBytes === undefined ? [] : [bodyRule(maxBodyBytes)]),
    ...(rewrite === undefined ? [] : rewriteRules(rewrite, match.path)),
    ...headerRules("http-request", requestHeaders),
  ];
}

function sourceRules({ allow, deny }: SourceFilter): readonly Directive[] {
  const refuse = (...when: readonly string[]) => returns(403, { text: "403: the client's address may not" }, when);
  return [
    ...sourceList("denied", deny),
    ...sourceList("allowed", allow),
    ...(deny.length === 0 ? [] : [refuse("if", "denied")]),
    ...(allow.length === 0 ? [] : [refuse("unless", "allowed")]),
  ];
}

/** Over how many seconds a rate counts, so that so many times the rate may come at once. */
const seconds = ({ burstFactor }: RateLimit): number => Math.max(1, Math.round(burstFactor));

function rateTable(limit: RateLimit): Directive {
  const counted = `gpc0_rate(${seconds(limit)}s),gpc1_rate(${60 * seconds(limit)}s),conn_cur`;
  return ["stick-table", "type", "ipv6", "size", "100k", "expire", `${60 * seconds(limit)}s`, "store", counted];
}

/** A client's requests in a sliding window; what was refused doesn't count. */
function rateRules(limit: RateLimit): readonly Directive[] {
  const { perSecond, perMinute, connections, exempt, status } = limit;
  const most = (rate: number) => `${Math.floor(rate * limit.burstFactor) + 1}`;
  const refuse = (fetch: string, than: string, count: string): Directive =>
    returns(status, { text: `${status}: too many requests` }, [
      ...["if", "{", fetch, than, count, "}"],
      ...(exempt.length === 0 ? [] : ["!exempt"]),
    ]);
  return [
    ...sourceList("exempt", exempt),
    ["http-request", "track-sc1", "src"],
    ...(perSecond === undefined ? [] : [refuse("sc1_gpc0_rate", "ge", most(perSecond))]),
    ...(perMinute === undefined ? [] : [refuse("sc1_gpc1_rate", "ge", most(perMinute))]),
    ...(connections === undefined ? [] : [refuse("sc1_conn_cur", "gt", `${connections}`)]),
    ["http-request", "sc-inc-gpc0(1)"],
    ["http-request", "sc-inc-gpc1(1)"],
  ];
}

const ORIGIN_MAY = ["{", "var(txn.origin)", "-m", "found", "}"] as const;

/** `txn.origin` is what Access-Control-Allow-Origin says, where it says something. */
function corsHeaderRules({
  origins,
  methods,
  headers,
  exposed,
  credentials,
  maxAgeSeconds,
}: Cors): readonly Directive[] {
  const any = origins.includes("*");
  const sets = (name: string, value: string): Directive => [
    "http-after-response",
    "set-header",
    name,
    value,
    "if",
    ...ORIGIN_MAY,
  ];
  const lists = [
    ["access-control-allow-methods", methods],
    ["access-control-allow-headers", headers],
    ["access-control-expose-headers", exposed],
  ] as const;
  return [
    any
      ? ["http-request", "set-var(txn.origin)", "str(*)"]
      : [
          ...["http-request", "set-var(txn.origin)", "req.fhdr(origin)"],
          ...[
            "if",
            "{",
            "req.fhdr(origin)",
            "-m",
            "reg",
            "-i",
            "--",
            `^(?:${origins.map(originPattern).join("|")})$`,
            "}",
          ],
        ],
    sets("access-control-allow-origin", "%[var(txn.origin)]"),
    ...(credentials ? [sets("access-control-allow-credentials", "true")] : []),
    ...lists.flatMap(([name, values]) => (values.length === 0 ? [] : [sets(name, formatOf(values.join(", ")))])),
    sets("access-control-max-age", `${maxAgeSeconds}`),
    ...(any ? [] : [["http-after-response", "add-header", "vary", "Origin"]]),
  ];
}

/** `*.` stands for one label. */
const originPattern = (origin: string): string => escapePattern(origin).replace("\\*", "[a-z0-9-]+");
const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

const bodyRule = (most: number): Directive =>
  returns(413, { text: TOO_LONG }, ["if", "{", "req.hdr_val(content-length)", "gt", `${most}`, "}"]);

/** A rewrite whose result isn't a path in its normal form is answered with 400: captures were cut out of one, and may not make another. */
function rewriteRules({ path, host }: Rewrite, match: PathMatch): readonly Directive[] {
  const checks: readonly Directive[] = [
    ["http-request", "deny", "deny_status", "400", "unless", "{", "path_beg", "/", "}"],
    ["http-request", "deny", "deny_status", "400", "if", "{", "path", "-m", "reg", "//|/\\.\\.?(/|$)", "}"],
  ];
  return [
    ...(path === undefined ? [] : [...pathRules(path, match), ...checks]),
    ...(host === undefined ? [] : [["http-request", "set-header", "host", formatOf(host)]]),
  ];
}

function pathRules({ kind, value }: NonNullable<Rewrite["path"]>, match: PathMatch): readonly Directive[] {
  const [path = "", ...more] = value.split("?");
  const query = queryRules(more.join("?"), kind === "pattern" ? match.value : undefined);
  const replaces = (pattern: string, format: string): Directive => ["http-request", "replace-path", pattern, format];
  if (kind === "pattern") return [...query, replaces(wholePath(match.value), formatOf(withCaptures(path)))];
  if (kind === "whole") return [...query, ["http-request", "set-path", formatOf(path)]];
  const head = path.replace(/\/$/, "");
  const prefix = escapePattern(match.value);
  return [
    ...query,
    replaces(`^${prefix}/?$`, formatOf(literal(head === "" ? "/" : path))),
    replaces(`^${prefix}/(.*)$`, `${formatOf(literal(head))}/\\1`),
  ];
}

/** All of a path that a pattern fits from its start on. */
const wholePath = (pattern: string): string => `(?i)^(?:${pattern}).*$`;

const literal = (text: string): string => text.replaceAll("\\", "\\\\");

/** `$1` as HAProxy has it, `\1`. */
const withCaptures = (text: string): string => literal(text).replace(/\$([1-9])/g, "\\$1");

/** A query in the value of a rewrite comes before the request's own, with what the path's pattern has captured. */
function queryRules(added: string, pattern: string | undefined): readonly Directive[] {
  if (added === "" || isUnprintable(added)) return [];
  const filled = `path,regsub(${argumentOf(wholePath(pattern ?? ""))},${argumentOf(withCaptures(added))})`;
  const hasQuery = ["{", "query", "-m", "len", "gt", "0", "}"];
  return [
    ["http-request", "set-var(txn.added)", pattern === undefined ? `str(${argumentOf(added)})` : filled],
    ["http-request", "set-query", "%[var(txn.added)]&%[query]", "if", ...hasQuery],
    ["http-request", "set-query", "%[var(txn.added)]", "unless", ...hasQuery],
  ];
}

function headerRules(
  on: "http-request" | "http-after-response",
  changes: HeaderChanges | undefined,
): readonly Directive[] {
  if (changes === undefined) return [];
  const says =
    (action: string) =>
    ({ name, value }: { readonly name: string; readonly value: string }) => [...[on, action, name], formatOf(value)];
  return [
    ...changes.remove.map((name) => [on, "del-header", name]),
    ...changes.set.filter(({ value }) => !isUnprintable(value)).map(says("set-header")),
    ...changes.add.filter(({ value }) => !isUnprintable(value)).map(says("add-header")),
  ];
}
