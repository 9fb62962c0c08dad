import assert from "node:assert/strict";
import { test } from "node:test";
import { explainRoute, type PassedOver } from "./explain-route.ts";
import { chooseBackend, findRoute, type RouteRequest } from "./match.ts";
import type { HostRoutes, PathMatch, Route, RouteMatch, RouteSet, Target } from "./route-table.ts";

const everything = { headers: [], query: [], cookies: [] };

function route(
  host: string,
  id: string,
  match: Omit<RouteMatch, keyof typeof everything> & Partial<RouteMatch>,
): Route {
  const origin = { kind: "Ingress" as const, name: "default/x", field: "spec" };
  const to = { kind: "answer" as const, status: 200, because: "PodServes" as const };
  return { id, host, match: { ...everything, ...match }, seniority: id, filters: {}, to, origin };
}

/** `exact /a` and the like; `prefix ` is everything. */
const path = (text: string): PathMatch => {
  const [kind, value = ""] = text.split(" ");
  return { kind: kind === "exact" || kind === "prefix" ? kind : "pattern", value };
};

/** Hosts and their paths in the order of precedence; a route's name is its host and path. */
function setOf(
  hosts: Readonly<Record<string, readonly string[]>>,
  wildcards: RouteSet["wildcards"] = "oneLabel",
): RouteSet {
  const all = Object.entries(hosts).map(([host, paths]): [string, HostRoutes] => [
    host,
    { host, routes: paths.map((one) => route(host, `${host} ${one}`, { path: path(one) })), shadowed: [] },
  ]);
  return { id: "set", wildcards, hosts: new Map(all) };
}

function request(host: string, target: string, more: Partial<RouteRequest> = {}): RouteRequest {
  const [asked = "", query = ""] = target.split("?");
  return { host, method: "GET", path: asked, query, header: () => undefined, ...more };
}

const shop = setOf({
  "shop.example": ["exact /a", "exact /a/", "prefix /a/b", "prefix /a", "pattern /v\\d+/", "prefix /v1"],
  "*.shop.example": ["prefix /a"],
  "*": ["prefix "],
});

for (const [host, asked, served] of [
  ["shop.example", "/a", "shop.example exact /a"],
  ["shop.example", "/a/", "shop.example exact /a/"],
  ["shop.example", "/a/b", "shop.example prefix /a/b"],
  ["shop.example", "/a/b/", "shop.example prefix /a/b"],
  ["shop.example", "/a/b/c", "shop.example prefix /a/b"],
  ["shop.example", "/a/bc", "shop.example prefix /a"],
  ["shop.example", "/ab", "* prefix "],
  ["shop.example", "/A", "* prefix "],
  ["shop.example", "/V2/x", "shop.example pattern /v\\d+/"],
  ["shop.example", "/v1/x", "shop.example pattern /v\\d+/"],
  ["shop.example", "/v1", "shop.example prefix /v1"],
  ["shop.example", "/", "* prefix "],
  ["one.shop.example", "/a/x", "*.shop.example prefix /a"],
  ["two.one.shop.example", "/a/x", "* prefix "],
  ["example", "/a/b", "* prefix "],
  ["[::1]", "/a/b", "* prefix "],
] as const) {
  test(`${host}${asked} is served by ${served}`, () => assert.equal(findRoute(shop, request(host, asked))?.id, served));
}

test("a Gateway's wildcard stands for any number of labels, and the longest wins", () => {
  const set = setOf({ "*.example": ["prefix "], "*.b.example": ["prefix /x"] }, "anyLabels");
  assert.equal(findRoute(set, request("a.b.example", "/x"))?.id, "*.b.example prefix /x");
  assert.equal(findRoute(set, request("a.b.example", "/"))?.id, "*.example prefix ");
  assert.equal(findRoute(set, request("example", "/")), undefined);
});

test("methods, headers, queries and cookies must fit too; else the next route serves", () => {
  const exact = (name: string, value: string) => ({ name, kind: "exact" as const, value });
  const root = { kind: "prefix" as const, value: "" };
  const routes = [
    route("*", "header", { path: root, headers: [{ name: "x-user", kind: "pattern", value: "a|b" }] }),
    route("*", "query", { path: root, query: [exact("v", "2")] }),
    route("*", "cookie", { path: root, cookies: [exact("beta", "on")] }),
    route("*", "method", { path: root, method: "POST" }),
    route("*", "all", { path: root }),
  ];
  const set: RouteSet = {
    id: "set",
    wildcards: "oneLabel",
    hosts: new Map([["*", { host: "*", routes, shadowed: [] }]]),
  };
  const served = (target: string, headers: Readonly<Record<string, string>> = {}, method = "GET") =>
    findRoute(set, request("x", target, { method, header: (name) => headers[name] }))?.id;
  assert.equal(served("/", { "x-user": "b" }), "header");
  assert.equal(served("/", { "x-user": "ab" }), "all");
  assert.equal(served("/?w=1&v=2"), "query");
  assert.equal(served("/?v=1&v=2"), "all");
  assert.equal(served("/?vv=2"), "all");
  assert.equal(served("/", { cookie: "a=b; beta=on" }), "cookie");
  assert.equal(served("/", { cookie: "xbeta=on" }), "all");
  assert.equal(served("/", {}, "POST"), "method");
});

test("an explanation says of each route why it doesn't serve", () => {
  const set = setOf({
    "shop.example": ["exact /a/", "exact /A", "prefix /A", "prefix /b", "prefix ", "pattern /"],
    "*": ["prefix "],
  });
  const { route: served, hosts, others } = explainRoute(set, request("shop.example", "/a"));
  assert.equal(served?.id, "shop.example prefix ");
  assert.deepEqual(hosts, ["shop.example", "*"]);
  assert.deepEqual(
    others.map((one) => `${one.route.id}: ${one.because}`),
    [
      "shop.example exact /a/: TrailingSlashDiffers",
      "shop.example exact /A: CaseDiffers",
      "shop.example prefix /A: CaseDiffers",
      "shop.example prefix /b: PathDiffers",
      "shop.example pattern /: RoutePrecedes",
      "* prefix : RoutePrecedes",
    ],
  );
});

test("an explanation names the header, the method and what is hidden", () => {
  const root = { kind: "prefix" as const, value: "" };
  const routes = [
    route("*", "header", { path: root, headers: [{ name: "x-user", kind: "exact", value: "a" }] }),
    route("*", "cookie", { path: root, cookies: [{ name: "c", kind: "exact", value: "a" }] }),
    route("*", "query", { path: root, query: [{ name: "q", kind: "exact", value: "a" }] }),
    route("*", "method", { path: root, method: "POST" }),
  ];
  const shadowed = [{ route: route("*", "younger", { path: root }), by: "method" }];
  const set: RouteSet = { id: "set", wildcards: "oneLabel", hosts: new Map([["*", { host: "*", routes, shadowed }]]) };
  const { route: served, others } = explainRoute(set, request("x", "/"));
  assert.equal(served, undefined);
  const shown = ({ because, name, by }: PassedOver) =>
    [because, name, by].filter((part) => part !== undefined).join(" ");
  const expected = ["HeaderDiffers x-user", "CookieDiffers c", "QueryDiffers q", "MethodDiffers", "RouteHidden method"];
  assert.deepEqual(others.map(shown), expected);
});

test("a backend is chosen by its weight, and one of weight 0 never", () => {
  const target = (...weights: readonly number[]): Extract<Target, { kind: "backends" }> => ({
    kind: "backends",
    backends: weights.map((weight, index) => ({ backend: `${index}`, weight })),
  });
  const chosen = (weights: readonly number[], number: number) =>
    chooseBackend(target(...weights), () => number).backend;
  assert.deepEqual(
    [0, 0.29, 0.3, 0.99].map((number) => chosen([3, 7], number)),
    ["0", "0", "1", "1"],
  );
  assert.equal(chosen([0, 5, 0], 0), "1");
  assert.equal(chosen([0, 5, 0], 0.9999999999999999), "1");
  assert.equal(chosen([1], 0.5), "0");
});
