import assert from "node:assert/strict";
import { test } from "node:test";
import { quickest } from "../../../test/harness/quickest.ts";
import { seeded } from "../../../test/harness/seeded.ts";
import { explainRoute } from "./explain-route.ts";
import { findRoute } from "./match.ts";
import { Chance, type RandomRequest, randomRequest, randomSet } from "./random-routes.ts";
import type { Route, RouteSet } from "./route-table.ts";

/** Said as plainly as it can be: every host that fits, every route in its order. */
function plainly(set: RouteSet, request: RandomRequest): string | undefined {
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

function fits({ match }: Route, { path, method, query, headers }: RandomRequest): boolean {
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
    const chance = new Chance(seeded(seed));
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
  const host = randomSet(new Chance(seeded(3)));
  const request = { ...randomRequest(new Chance(seeded(1))), host: "x.example", path: "/a".repeat(4000) };
  assert.ok(quickest(() => findRoute(host, request)) < 10);
});
