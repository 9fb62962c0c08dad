import assert from "node:assert/strict";
import { test } from "node:test";
import { mustCidr } from "#net/cidr.ts";
import { mustIp } from "#net/ip.ts";
import { defaultBackendSettings } from "../default-settings.ts";
import type { RouteFilters } from "../route-filters.ts";
import type { Backend, BackendSettings, Route, RouteMatch, RouteTable, Target } from "../route-table.ts";
import { configWithServers } from "./files.ts";
import { planHaproxy } from "./make-plan.ts";
import type { HaproxyPlaces, HaproxyPlan } from "./plan.ts";

const places: HaproxyPlaces = {
  ...{ folder: "/f", runtimeSocket: "/f/r.sock", detours: new Map(), threads: 2 },
  ...{ addresses: ["0.0.0.0", "::"], accessLog: "stdout" },
};

function backendOf(id: string, ip: string, settings: Partial<BackendSettings> = {}): Backend {
  const member = { ip: mustIp(ip), port: 8080, nodeName: undefined, pod: undefined, condition: "ready" as const };
  return {
    ...{ id, service: "default/web", port: 80, settings: { ...defaultBackendSettings, ...settings } },
    pool: { scope: "cluster", members: [member], leftOut: [] },
  };
}

interface Draft {
  readonly match: Partial<RouteMatch> & Pick<RouteMatch, "path">;
  readonly filters?: RouteFilters;
  readonly to: Target | string;
}

const routeOf = (host: string, id: string, { match, filters = {}, to }: Draft): Route => ({
  ...{ id, host, match: { headers: [], query: [], cookies: [], ...match }, seniority: "", filters },
  to: typeof to === "string" ? { kind: "backends", backends: [{ backend: to, weight: 1 }] } : to,
  origin: { kind: "Ingress", name: "default/web", field: "spec" },
});

function planOf(routes: readonly Route[]): HaproxyPlan {
  const hosts = [...new Set(routes.map(({ host }) => host))].map((host) => ({
    ...{ host, routes: routes.filter((route) => route.host === host), shadowed: [] },
  }));
  const backends = [
    backendOf("web:80", "10.244.0.5"),
    backendOf("beta:80", "10.244.0.6"),
    backendOf("grpc:80", "fd00::7", { protocol: "h2c" }),
    backendOf("cart:80", "10.244.0.8", {
      stickiness: { name: "CART", path: "/", secure: true, changesOnFailure: true },
    }),
  ];
  const table: RouteTable = {
    listeners: [{ id: "http", port: 80, protocol: "HTTP", routes: "all", trusted: [], acceptsProxyHeader: false }],
    routeSets: new Map([
      ["all", { id: "all", wildcards: "oneLabel", hosts: new Map(hosts.map((one) => [one.host, one])) }],
    ]),
    backends: new Map(backends.map((backend) => [backend.id, backend])),
    certificates: { byHost: new Map(), fallback: undefined },
    ...{ passthroughs: new Map(), streams: [] },
  };
  return planHaproxy(table, places);
}

/** The lines of all maps. */
const mapLines = ({ maps }: HaproxyPlan): readonly string[] =>
  [...maps].flatMap(([map, lines]) => [...lines].map(([key, value]) => `${map.replace(".map", "")}: ${key} ${value}`));

/** A section with its servers, without its name. */
function section(plan: HaproxyPlan, name: string): readonly string[] {
  const [, text = ""] = configWithServers(plan).split(`\nbackend ${name}\n`);
  return (text.split("\nbackend ")[0] ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

test("plain routes stand in maps alone, and their endpoints in sections that say nothing", () => {
  const plan = planOf([
    routeOf("shop.example", "shop/exact", { match: { path: { kind: "exact", value: "/cart" } }, to: "web:80" }),
    routeOf("shop.example", "shop/all", {
      match: { path: { kind: "prefix", value: "" } },
      filters: { maxBodyBytes: 1048576 },
      to: "web:80",
    }),
    routeOf("*.example", "any/grpc", {
      match: { path: { kind: "pattern", value: "^/v[0-9]+/" } },
      filters: { httpsRedirect: { status: 308 } },
      to: "grpc:80",
    }),
    routeOf("*", "away", {
      match: { path: { kind: "prefix", value: "/old" } },
      to: { kind: "redirect", status: 301, to: { kind: "location", location: "https://new.example/" } },
    }),
  ]);
  assert.deepEqual(mapLines(plan), [
    "routes-0-plain: shop.example#/cart/# s|spare-1|||shop/exact|1|",
    "routes-0-plain: shop.example#/ s|spare-1||1048576|shop/all|2|",
    "routes-0-plain: *#/old/ l301|answers|||away|4|https://new.example/",
    String.raw`routes-0-patterns: ^\*\.example#(?i:(?<=#)/v[0-9]+/) r|spare-2|308||any/grpc|3|`,
    "routes-0-patterned: *.example 1",
  ]);
  assert.deepEqual(section(plan, "spare-1"), ["server 10.244.0.5:8080 10.244.0.5:8080 weight 1"]);
  assert.deepEqual(section(plan, "spare-2"), ["server fd00::7:8080-h2c [fd00::7]:8080 weight 1 proto h2"]);
  assert.deepEqual(section(plan, "spare-3"), []);
});

test("weights are numbers in a map, and a header's canary is a rule before it", () => {
  const path = { kind: "prefix", value: "/shop" } as const;
  const backends = [
    { backend: "web:80", weight: 90 },
    { backend: "beta:80", weight: 30 },
  ];
  const plan = planOf([
    routeOf("a.example", "beta", {
      match: { path, headers: [{ name: "x-canary", kind: "exact", value: "always" }] },
      to: "beta:80",
    }),
    routeOf("a.example", "web", { match: { path }, to: { kind: "backends", backends } }),
  ]);
  assert.deepEqual(mapLines(plan), [
    "routes-0-plain: a.example#/shop/ g||||||a.example#prefix#/shop",
    "routes-0-members: beta s|spare-1|||beta|1|",
    "routes-0-members: web w|4|||web|2|",
    "weights: web#0 spare-2",
    "weights: web#1 spare-2",
    "weights: web#2 spare-2",
    "weights: web#3 spare-1",
  ]);
  const rules = plan.config.split("\n").filter((line) => line.includes("members.map"));
  assert.deepEqual(
    rules.map((line) => line.trim()),
    [
      `http-request set-var(txn.to) 'str("beta"),map_str(routes-0-members.map)' if { var(txn.group) -m str -- 'a.example#prefix#/shop' } !{ var(txn.to) -m found } { 'req.fhdr("x-canary")' -m str -- always }`,
      `http-request set-var(txn.to) 'str("web"),map_str(routes-0-members.map)' if { var(txn.group) -m str -- 'a.example#prefix#/shop' } !{ var(txn.to) -m found }`,
    ],
  );
});

test("what an Ingress does with requests, and a cookie, stand in a section of their own", () => {
  const allow = [mustCidr("10.0.0.0/8")];
  const plan = planOf([
    routeOf("a.example", "in", {
      match: { path: { kind: "prefix", value: "/in" } },
      filters: { sources: { allow, deny: [] } },
      to: "web:80",
    }),
    routeOf("a.example", "cart", { match: { path: { kind: "prefix", value: "/cart" } }, to: "cart:80" }),
  ]);
  assert.deepEqual(section(plan, "own-1"), [
    "acl allowed src 10.0.0.0/8",
    `http-request return status 403 content-type text/plain string '403: the client'\\''s address may not' unless allowed`,
    "server 10.244.0.5:8080 10.244.0.5:8080 weight 1",
  ]);
  assert.deepEqual(
    section(plan, "own-2").filter((line) => /cookie|server/.test(line)),
    [
      "timeout server 60s",
      "cookie CART insert indirect nocache httponly dynamic secure",
      "dynamic-cookie-key cart:80",
      "server 10.244.0.8:8080 10.244.0.8:8080 weight 1",
    ],
  );
});

test("what no line can hold keeps nobody else from being served", () => {
  const bad = "a\nbackend evil\r\0";
  const changes = { remove: [], set: [{ name: "x-a", value: bad }], add: [] };
  const value = (name: string) => [{ name, kind: "exact" as const, value: bad }];
  const path = { kind: "prefix", value: "/a" } as const;
  const plan = planOf([
    routeOf("a.example", "good", { match: { path: { kind: "prefix", value: "/good" } }, to: "web:80" }),
    routeOf("a.example", "path", { match: { path: { kind: "exact", value: `/${bad}` } }, to: "web:80" }),
    routeOf("a.example", "pattern", { match: { path: { kind: "pattern", value: `/${bad}` } }, to: "web:80" }),
    routeOf("a.example", "set", { match: { path }, filters: { requestHeaders: changes }, to: "web:80" }),
    routeOf("b.example", "header", { match: { path, headers: value("x-a") }, to: "web:80" }),
    routeOf(`c.${bad}`, "host", { match: { path }, to: "web:80" }),
    routeOf("d.example", "cookie", {
      match: { path, cookies: value("c") },
      filters: { rewrite: { host: "" } },
      to: "web:80",
    }),
  ]);
  assert.doesNotMatch(plan.config, /evil/);
  assert.deepEqual(
    mapLines(plan).filter((line) => /evil|[^ -~]/.test(line)),
    [],
  );
  assert.ok(mapLines(plan).includes("routes-0-plain: a.example#/good/ s|spare-1|||good|1|"));
  assert.ok(mapLines(plan).includes("routes-0-plain: a.example#/a/ d||||set|2|"));
});
