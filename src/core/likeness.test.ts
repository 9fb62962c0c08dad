import assert from "node:assert/strict";
import { test } from "node:test";
import { closest, distance } from "./likeness.ts";

for (const [a, b, apart] of [
  ["web", "web", 0],
  ["web", "wbe", 1],
  ["web", "webs", 1],
  ["web", "wb", 1],
  ["web", "wib", 1],
  ["kitten", "sitting", 3],
  ["", "web", 3],
] as const)
  test(`${JSON.stringify(a)} and ${JSON.stringify(b)} are ${apart} apart, both ways`, () => {
    assert.deepEqual([distance(a, b), distance(b, a)], [apart, apart]);
  });

test("a word is taken for a misspelt one only where little differs, and never for itself", () => {
  assert.equal(closest("paymnets", ["payments", "shop"]), "payments");
  assert.equal(closest("web", ["db", "api", "web"]), undefined);
});
