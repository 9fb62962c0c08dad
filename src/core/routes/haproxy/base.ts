import type { Directive, Section } from "./config.ts";
import type { HaproxyPlaces } from "./plan.ts";

/** What all sections share. */
export function baseSections(places: HaproxyPlaces): readonly Section[] {
  return [
    { kind: "global", directives: globalOf(places) },
    { kind: "defaults", directives: defaults },
    { kind: "backend", name: ROUTE_TABLE, directives: [routeCounters] },
  ];
}

/** Counters by the numbers of routes (`HaproxyPlan.numbers`): `show table routes`. Names as keys cost 5 to 9 µs a request. */
export const ROUTE_TABLE = "routes";
/** What a request is counted by, from what was found for it (destination.ts). */
export const ROUTE_NUMBER = "var(txn.to),field(6,|)";
const routeCounters: Directive = [
  ...["stick-table", "type", "integer", "size", "20k"],
  ...["store", "http_req_cnt,http_err_cnt,http_fail_cnt,bytes_out_cnt"],
];

const globalOf = ({ runtimeSocket, threads, accessLog }: HaproxyPlaces): readonly Directive[] => [
  ["nbthread", `${threads}`],
  ["stats", "socket", runtimeSocket, "mode", "600", "level", "admin", "expose-fd", "listeners"],
  ["stats", "timeout", "1h"],
  ["log", accessLog === "stdout" ? "stdout" : accessLog.socket, "len", "16384", "format", "raw", "local0", "info"],
  ["hard-stop-after", "10m"],
  // Requests' targets are brought into their normal form by `normalize-uri`.
  ["expose-experimental-directives"],
  ["tune.bufsize", "16384"],
  ["tune.maxrewrite", "1024"],
  ["tune.http.maxhdr", "101"],
  // What the access log shows of a target.
  ["tune.http.logurilen", "8192"],
  ["tune.ssl.default-dh-param", "2048"],
  ["ssl-load-extra-files", "none"],
  ["ssl-default-bind-options", "ssl-min-ver", "TLSv1.2", "no-tls-tickets"],
  ["ssl-default-bind-ciphers", ciphers],
];

/** Forward secrecy and authenticated encryption alone. Source: Mozilla's server side TLS guidelines 5.7, intermediate. */
const ciphers = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

const defaults: readonly Directive[] = [
  ["mode", "http"],
  ["log", "global"],
  ["option", "http-keep-alive"],
  // Without it a reload closes connections on which a client's next request is under way (docs/design/ingress-reloads.md).
  ["option", "idle-close-on-response"],
  ["option", "redispatch", "1"],
  ["option", "dontlognull"],
  // HTTP/2 is for those who have agreed upon it in TLS.
  ["option", "disable-h2-upgrade"],
  ["http-reuse", "safe"],
  ["balance", "roundrobin"],
  ["retries", "3"],
  // An endpoint may close an idle connection just when a request is sent on it, as a pod does that ends (`headRules`).
  ["retry-on", "conn-failure", "empty-response"],
  ["timeout", "http-request", "10s"],
  ["timeout", "http-keep-alive", "60s"],
  ["timeout", "client", "60s"],
  ["timeout", "client-fin", "30s"],
  ["timeout", "connect", "5s"],
  ["timeout", "server", "60s"],
  ["timeout", "tunnel", "1h"],
  ["timeout", "queue", "5s"],
  saysItself(502, "the endpoint gave no proper answer"),
  saysItself(503, "no endpoint takes the request"),
  saysItself(504, "the endpoint did not answer in time"),
];

function saysItself(status: number, text: string): Directive {
  return ["http-error", "status", `${status}`, "content-type", "text/plain", "string", `${status}: ${text}`];
}
