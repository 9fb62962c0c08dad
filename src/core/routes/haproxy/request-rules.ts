import { jsonLog } from "./access-log.ts";
import { ROUTE_NUMBER, ROUTE_TABLE } from "./base.ts";
import type { Directive, Section } from "./config.ts";
import { ANSWERS } from "./destination.ts";
import { fastRules, IS_FAST, isFast } from "./fast-rules.ts";
import { clientRules, forwardingRules, headRules, misdirectedRules } from "./head-rules.ts";
import type { ListenerParts } from "./listener-parts.ts";
import { routingRules } from "./routing-rules.ts";
import { httpsLocation, ifSays, redirects, returns, TOO_LONG } from "./rules.ts";

export const CERTIFICATE_OWNERS = "certificates.map";
const OWN_PREFIX = "own-";
const TO_HTTPS = "to-https";
const httpsStatuses = [301, 302, 303, 307, 308];

/** A listener's rules. What few requests need stands in sections that those are sent to: every rule costs every request. */
export function requestRules(parts: ListenerParts, detour: string | undefined): readonly Directive[] {
  const { listener, maps, groupRules, wildcards } = parts;
  const isTls = listener.protocol === "HTTPS";
  return [
    jsonLog,
    ...fastRules(listener, maps.plain),
    ...headRules,
    ...(isTls ? misdirectedRules(CERTIFICATE_OWNERS) : []),
    ...clientRules(listener),
    ...routingRules(maps, groupRules, wildcards),
    ["http-request", "track-sc0", ROUTE_NUMBER, "table", ROUTE_TABLE],
    ...bodyRules(detour),
    // The embedded engine says of the client what is to be said by itself, and has to see what the client sent.
    ["http-request", "allow", ...ifSays("txn.kind", "d")],
    ...forwardingRules(listener),
    ...(isFast(listener) ? [["use_backend", "%[var(txn.to),field(2,|)]", ...IS_FAST]] : []),
    ...(detour === undefined ? [] : [["use_backend", detour, ...ifSays("txn.kind", "d")]]),
    ...(isTls ? [] : [["use_backend", TO_HTTPS, "if", ...REDIRECTS]]),
    ["use_backend", "%[var(txn.section)]"],
  ];
}

const REDIRECTS = ["{", "var(txn.https)", "-m", "len", "gt", "0", "}"] as const;

/** Sections without servers. `kinds`: of destinations that are answered here. */
export function answerSections(kinds: Iterable<string>, httpsPort: number): readonly Section[] {
  return [
    {
      ...{ kind: "backend", name: TO_HTTPS },
      directives: httpsStatuses.map((status) =>
        redirects(status, httpsLocation(httpsPort), ...ifSays("txn.https", `${status}`)),
      ),
    },
    {
      ...{ kind: "backend", name: ANSWERS },
      directives: [
        ["http-request", "set-var(txn.text)", "var(txn.to),field(7,|,0)"],
        ...[...kinds].toSorted().map(ownAnswer),
      ],
    },
  ];
}

function ownAnswer(kind: string): Directive {
  const status = Number(kind.slice(1));
  return kind.startsWith("l")
    ? redirects(status, "%[var(txn.text)]", ...ifSays("txn.kind", kind))
    : returns(status, { format: "%[var(txn.text)]" }, ifSays("txn.kind", kind));
}

/** Bodies whose length isn't said beforehand can't be counted here: the embedded engine counts them. */
function bodyRules(detour: string | undefined): readonly Directive[] {
  const isLimited = ["{", "var(txn.body)", "-m", "len", "gt", "0", "}"];
  const isUncounted = ["!{", "req.fhdr(content-length)", "-m", "found", "}", ...isLimited];
  const whenUncounted = [
    ["if", "{", "req.fhdr(transfer-encoding)", "-m", "found", "}", ...isUncounted],
    ["if", "!{", "method", "GET", "HEAD", "OPTIONS", "DELETE", "}", "{", "fc_http_major", "2", "}", ...isUncounted],
  ];
  const tooLong = returns(413, { text: TOO_LONG }, [
    ...["if", "{", "req.hdr_val(content-length),sub(txn.body)", "gt", "0", "}", ...isLimited],
    ...["!{", "var(txn.section)", "-m", "beg", OWN_PREFIX, "}", "!{", "var(txn.kind)", "-m", "str", "d", "}"],
    ...["!{", "var(txn.https)", "-m", "len", "gt", "0", "}"],
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
