import assert from "node:assert/strict";
import { test } from "node:test";
import { explainRoute } from "./explain-route.ts";
import { findRoute, type RouteRequest } from "./match.ts";
import type { PathMatch, Route, RouteSet } from "./route-table.ts";

/** mulberry32. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Chance {
  readonly #random: () => number;
  constructor(seed: number) {
    this.#random = seeded(seed);
  }
  isSo(share: number): boolean {
    return this.#random() < share;
  }
  upTo(count: number): number {
    return Math.floor(this.#random() * count);
  }
  pick<T>(first: T, ...more: readonly T[]): T {
    return more[this.upTo(more.length + 1) - 1] ?? first;
  }
}

const segments = (chance: Chance): string =>
  Array.from({ length: chance.upTo(4) }, () => `/${chance.pick("a", "b", "ab", "A")}`).join("");

function randomPath(chance: Chance): PathMatch {
  const kind = chance.pick("exact" as const, "prefix" as const, "prefix" as const, "pattern" as const);
  if (kind === "pattern") return { kind, value: chance.pick("/a.*", "/[ab]+/b", "/a(/|$)(.*)", "/", "/ab$") };
  return { kind, value: kind === "exact" ? segments(chance) + chance.pick("", "/") || "/" : segments(chance) };
}

const hostNames = ["x.example", "y.example", "*.example", "*.x.example", "*"] as const;

function randomSet(chance: Chance): RouteSet {
  const hosts = hostNames.filter(() => chance.isSo(0.7));
  const values = (name: string) =>
    chance.isSo(0.15)
      ? [{ name, kind: chance.pick("exact" as const, "pattern" as const), value: chance.pick("1", "2") }]
      : [];
  const routesOf = (host: string): Route[] =>
    Array.from({ length: chance.upTo(9) }, (_, index) => ({
      id: `${host} ${index}`,
      host,
      match: {
        path: randomPath(chance),
        ...(chance.isSo(0.1) ? { method: "POST" } : {}),
        headers: values("h"),
        query: values("q"),
        cookies: values("c"),
      },
      seniority: "",
      filters: {},
      to: { kind: "answer", status: 200, because: "PodServes" },
      origin: { kind: "Ingress", name: "default/x", field: "spec" },
    }));
  return {
    id: "set",
    wildcards: chance.pick("oneLabel" as const, "anyLabels" as const),
    hosts: new Map(hosts.map((host) => [host, { host, routes: routesOf(host), shadowed: [] }])),
  };
}

interface Asked extends RouteRequest {
  readonly headers: Readonly<Record<string, string>>;
}

function randomRequest(chance: Chance): Asked {
  const headers = { h: chance.pick("1", "2", "3"), cookie: `x=9; c=${chance.pick("1", "2", "3")}` };
  return {
    host: chance.pick("x.example", "y.example", "z.example", "a.x.example", "b.a.x.example", "example", "else"),
    method: chance.pick("GET", "POST"),
    path: segments(chance) + chance.pick("", "/") || "/",
    query: `q=${chance.pick("1", "2", "3")}`,
    headers,
    header: (name) => (name === "h" || name === "cookie" ? headers[name] : undefined),
  };
}

/** Said as plainly as it can be: every host that fits, every route in its order. */
function plainly(set: RouteSet, request: Asked): string | undefined {
  const widerHosts = [...set.hosts.keys()]
    .filter((pattern) => hostFits(pattern, request.host, set.wildcards))
    .toSorted((a, b) => b.split(".").length - a.split(".").length || (a.startsWith("*") ? 1 : -1));
  for (const pattern of widerHosts)
    for (const route of set.hosts.get(pattern)?.routes ?? []) if (fits(route, request)) return route.id;
  return undefined;
}

function hostFits(pattern: string, host: string, wildcards: RouteSet["wildcards"]): boolean {
  if (pattern === "*" || pattern === host) return true;
  const label = wildcards === "oneLabel" ? "[^.]+" : ".+";
  return pattern.startsWith("*.") && new RegExp(`^${label}${pattern.slice(1).replaceAll(".", "\\.")}$`).test(host);
}

function fits({ match }: Route, { path, method, query, headers }: Asked): boolean {
  const { kind, value } = match.path;
  const onPath = {
    exact: path === value,
    prefix: `${path}/`.startsWith(`${value}/`),
    pattern: new RegExp(`^(?:${value})`, "i").test(path),
  };
  const given = { h: headers.h, q: query.slice(2), c: headers.cookie?.slice(-1) };
  const wanted = [...match.headers, ...match.query, ...match.cookies];
  const onValues = wanted.every((one) =>
    Object.entries(given).some(([name, text]) => name === one.name && text === one.value),
  );
  return onPath[kind] && onValues && (match.method ?? method) === method;
}

test("of 300 random tables the index finds what the ordered list says, and the explanation too", () => {
  let served = 0;
  for (let seed = 0; seed < 300; seed++) {
    const chance = new Chance(seed);
    const set = randomSet(chance);
    for (let round = 0; round < 40; round++) {
      const request = randomRequest(chance);
      const expected = plainly(set, request);
      const context = `seed ${seed}, ${request.method} ${request.host}${request.path}`;
      assert.equal(findRoute(set, request)?.id, expected, context);
      assert.equal(explainRoute(set, request).route?.id, expected, context);
      if (expected !== undefined) served++;
    }
  }
  assert.ok(served > 4000, `only ${served} of 12,000 requests were served by anything`);
});

test("a path of 4,000 slashes costs no more than the longest prefix", () => {
  const host = randomSet(new Chance(3));
  const request = { ...randomRequest(new Chance(1)), host: "x.example", path: "/a".repeat(4000) };
  findRoute(host, request);
  const from = performance.now();
  findRoute(host, request);
  assert.ok(performance.now() - from < 10);
});
