import assert from "node:assert/strict";
import { test } from "node:test";
import { mustCidr } from "#net/cidr.ts";
import { mustIp } from "#net/ip.ts";
import type { ExternalAuth, HeaderChanges, RouteFilters } from "../route-filters.ts";
import type { PathMatch, Route, Target } from "../route-table.ts";
import { applyFilters } from "./apply.ts";
import type { FilterRequest } from "./filter-request.ts";
import type { Filtered } from "./filtered.ts";

const sha = "{SHA}/vNB+F2HQ559kaLUZbmHHvZrXpg=";

interface Asked {
  readonly filters?: RouteFilters;
  readonly to?: Target;
  readonly match?: PathMatch;
  /** `METHOD URL`. */
  readonly request?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly client?: string;
  readonly bodyBytes?: number;
}

function filteredOf(asked: Asked): Filtered {
  const { headers = {}, client = "198.51.100.7", bodyBytes } = asked;
  const [method = "", text = ""] = (asked.request ?? "GET http://shop.example/a?b=c").split(" ");
  const [, scheme, authority = "", path = "", query = ""] = /^(https?):\/\/([^/]+)([^?]*)\??(.*)$/.exec(text) ?? [];
  const secure = scheme === "https";
  const request: FilterRequest = {
    host: authority.replace(/:\d+$/, ""),
    authority,
    method,
    path,
    query,
    header: (name) => headers[name],
    client: mustIp(client),
    scheme: secure ? "https" : "http",
    port: secure ? 443 : 80,
    httpsPort: 443,
    bodyBytes,
    sentTarget: query === "" ? path : `${path}?${query}`,
    headers: () => Object.entries(headers).map(([name, value]) => ({ name, value })),
  };
  const match = asked.match ?? { kind: "prefix", value: "" };
  const route: Route = {
    id: "default/web#spec.rules[0].http.paths[0]",
    host: "shop.example",
    match: { path: match, headers: [], query: [], cookies: [] },
    seniority: "",
    filters: asked.filters ?? {},
    to: asked.to ?? { kind: "backends", backends: [{ backend: "default/web:80", weight: 1 }] },
    origin: { kind: "Ingress", name: "default/web", field: "spec.rules[0].http.paths[0]" },
  };
  return applyFilters(route, request);
}

const showHeaders = ({ remove, set, add }: HeaderChanges): string[] => [
  ...remove.map((name) => `-${name}`),
  ...set.map(({ name, value }) => `${name}: ${value}`),
  ...add.map(({ name, value }) => `+${name}: ${value}`),
];

/** `ask rateLimit; 403 ClientNotAllowed`; `pass shop.example /a?b=c`. */
function shown(filtered: Filtered): string {
  const asks = filtered.asks.map(({ kind }) => `ask ${kind}`);
  const end =
    filtered.kind === "answer"
      ? [`${filtered.status} ${filtered.because}`, ...filtered.headers.map(({ name, value }) => `${name}: ${value}`)]
      : [
          `pass ${filtered.host} ${filtered.path}${filtered.query === "" ? "" : `?${filtered.query}`}`,
          ...showHeaders(filtered.requestHeaders),
        ];
  const back = showHeaders(filtered.responseHeaders).map((one) => `< ${one}`);
  return [...asks, ...end, ...back].join("; ");
}

const ten = mustCidr("10.0.0.0/8");
const office = mustCidr("198.51.100.0/24");
const rateLimit = { perSecond: 1, burstFactor: 5, exempt: [], status: 503 };
const cors = { origins: ["*"], methods: ["GET"], headers: [], exposed: [], credentials: false, maxAgeSeconds: 60 };
const basicAuth = { realm: "Staff", users: new Map([["ann", sha]]) };
const externalAuth: ExternalAuth = { url: [{ kind: "text", value: "http://auth.example/check" }], responseHeaders: [] };
const annsWord = { authorization: `Basic ${Buffer.from("ann:s3cret").toString("base64")}` };
const corsBack = [
  "< access-control-allow-origin: *",
  "< access-control-allow-methods: GET",
  "< access-control-max-age: 60",
].join("; ");

const cases: readonly (Asked & { readonly name: string; readonly told: string })[] = [
  { name: "no filter: as it came", told: "pass shop.example /a?b=c" },
  {
    name: "the Host goes on with its port",
    request: "GET http://shop.example:8080/",
    told: "pass shop.example:8080 /",
  },
  { name: "allowed", filters: { sources: { allow: [office], deny: [] } }, told: "pass shop.example /a?b=c" },
  { name: "not allowed", filters: { sources: { allow: [ten], deny: [] } }, told: "403 ClientNotAllowed" },
  { name: "denied", filters: { sources: { allow: [], deny: [office] } }, told: "403 ClientNotAllowed" },
  {
    name: "denied and allowed: denied",
    filters: { sources: { allow: [office], deny: [office] } },
    told: "403 ClientNotAllowed",
  },
  {
    name: "of another family",
    filters: { sources: { allow: [mustCidr("2001:db8::/32")], deny: [] } },
    told: "403 ClientNotAllowed",
  },
  { name: "a rate", filters: { rateLimit }, told: "ask rateLimit; pass shop.example /a?b=c" },
  {
    name: "no rate for some",
    filters: { rateLimit: { ...rateLimit, exempt: [office] } },
    told: "pass shop.example /a?b=c",
  },
  {
    name: "who may not come in is not counted",
    filters: { rateLimit, sources: { allow: [ten], deny: [] } },
    told: "403 ClientNotAllowed",
  },
  {
    name: "to https, after the rate",
    filters: { rateLimit, httpsRedirect: { status: 308 }, basicAuth },
    told: "ask rateLimit; 308 RedirectsToHttps; location: https://shop.example/a?b=c",
  },
  {
    name: "https already",
    filters: { httpsRedirect: { status: 308 } },
    request: "GET https://shop.example/a",
    told: "pass shop.example /a",
  },
  {
    name: "a preflight needs no password",
    filters: { cors, basicAuth },
    request: "OPTIONS http://shop.example/a",
    told: `204 AnswersPreflight; ${corsBack}`,
  },
  {
    name: "a refusal says what of CORS holds",
    filters: { cors, basicAuth },
    told: `401 CredentialsMissing; www-authenticate: Basic realm="Staff", charset="UTF-8"; ${corsBack}`,
  },
  {
    name: "a password to be looked at",
    filters: { basicAuth },
    headers: annsWord,
    told: "ask basicAuth; pass shop.example /a?b=c",
  },
  {
    name: "users that can't be read",
    filters: { basicAuth: { realm: "Staff", users: undefined } },
    headers: annsWord,
    told: "503 CredentialsUnreadable",
  },
  {
    name: "users that are nobody",
    filters: { basicAuth: { realm: "Staff", users: new Map() } },
    headers: annsWord,
    told: "ask basicAuth; pass shop.example /a?b=c",
  },
  {
    name: "password first, then the service is asked",
    filters: { basicAuth, externalAuth },
    headers: annsWord,
    told: "ask basicAuth; ask externalAuth; pass shop.example /a?b=c",
  },
  {
    name: "a body that is too long, for whom may come in",
    filters: { maxBodyBytes: 10, externalAuth },
    bodyBytes: 11,
    told: "ask externalAuth; 413 BodyTooLong; connection: close",
  },
  {
    name: "a body that is just short enough",
    filters: { maxBodyBytes: 10 },
    bodyBytes: 10,
    told: "pass shop.example /a?b=c",
  },
  {
    name: "rewritten, with the query",
    filters: { rewrite: { path: { kind: "whole", value: "/" }, host: "inner.example" } },
    told: "pass inner.example /?b=c",
  },
  {
    name: "headers for both sides",
    filters: {
      requestHeaders: { remove: ["x-a"], set: [{ name: "x-b", value: "1" }], add: [{ name: "x-c", value: "2" }] },
      responseHeaders: { remove: ["server"], set: [{ name: "x-d", value: "3" }], add: [] },
    },
    told: "pass shop.example /a?b=c; -x-a; x-b: 1; +x-c: 2; < -server; < x-d: 3",
  },
  {
    name: "a rewrite with what the pattern has captured",
    filters: { rewrite: { path: { kind: "pattern", value: "/x/$1" } } },
    match: { kind: "pattern", value: "/(a)" },
    told: "pass shop.example /x/a?b=c",
  },
  {
    name: "a rewrite to what nobody can ask for",
    filters: { rewrite: { path: { kind: "pattern", value: "/x/$1" } } },
    match: { kind: "pattern", value: "(/a)" },
    told: "400 RewriteNotNormal",
  },
  {
    name: "sent elsewhere, for whom may come in",
    filters: { basicAuth },
    to: { kind: "redirect", status: 301, to: { kind: "location", location: "https://new.example/" } },
    told: '401 CredentialsMissing; www-authenticate: Basic realm="Staff", charset="UTF-8"',
  },
  {
    name: "sent elsewhere",
    to: { kind: "redirect", status: 301, to: { kind: "location", location: "https://new.example/" } },
    told: "301 Redirects; location: https://new.example/",
  },
  {
    name: "answered by itself",
    to: { kind: "answer", status: 503, because: "NoEndpoints" },
    told: "503 NoEndpoints",
  },
];
for (const { name, told, ...asked } of cases)
  test(`applyFilters: ${name}`, () => assert.equal(shown(filteredOf(asked)), told));
