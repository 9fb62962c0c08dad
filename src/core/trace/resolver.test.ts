import assert from "node:assert/strict";
import { test } from "node:test";
import { candidates } from "./resolver.ts";

const pod = { asksCluster: true, search: ["shop.svc.cluster.local", "svc.cluster.local"], ndots: 5, field: undefined };
const cases: readonly (readonly [string, number, readonly string[]])[] = [
  ["web", 5, ["web.shop.svc.cluster.local.", "web.svc.cluster.local.", "web."]],
  ["Web.Shop", 5, ["web.shop.shop.svc.cluster.local.", "web.shop.svc.cluster.local.", "web.shop."]],
  ["example.com", 1, ["example.com.", "example.com.shop.svc.cluster.local.", "example.com.svc.cluster.local."]],
  ["example.com.", 5, ["example.com."]],
];
for (const [host, ndots, names] of cases)
  test(`${host} with ndots ${ndots} is asked for as ${names.join(", ")}`, () => {
    assert.deepEqual(candidates(host, { ...pod, ndots }), names);
  });
