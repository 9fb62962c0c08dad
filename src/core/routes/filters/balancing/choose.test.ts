import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { mustIp } from "#net/ip.ts";
import { byChance, byHash, byTurn, hashed, leastLoaded, stickyValue } from "./choose.ts";

const endpoints = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ ip: mustIp(`10.244.${i >> 8}.${i & 255}`), port: 8080 }));
const values = Array.from({ length: 20_000 }, (_, i) => `client-${i}`);

test("byTurn: everybody in turn, and nobody of none", () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((turn) => byTurn(["a", "b", "c"], turn)),
    ["a", "b", "c", "a", "b"],
  );
  assert.equal(byTurn([], 3), undefined);
});

test("byChance: from the first to the last", () => {
  assert.deepEqual(
    [0, 0.49, 0.5, 0.999].map((chance) => byChance(["a", "b"], chance)),
    ["a", "a", "b", "b"],
  );
  assert.equal(byChance([], 0.5), undefined);
});

test("leastLoaded: the fewest, and of as few in turn", () => {
  const open = new Map([
    ["a", 2],
    ["b", 1],
    ["c", 1],
  ]);
  const of = (member: string): number => open.get(member) ?? 0;
  assert.deepEqual(
    [0, 1, 2, 3].map((turn) => leastLoaded(["a", "b", "c"], of, turn)),
    ["b", "b", "c", "b"],
  );
  assert.equal(leastLoaded([], of, 0), undefined);
});

test("byHash: shares are alike within a tenth", () => {
  const members = hashed(endpoints(10));
  const counts = new Map<string, number>();
  for (const value of values) {
    const name = byHash(members, value)?.ip.text ?? "";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  assert.equal(counts.size, 10);
  for (const count of counts.values()) assert.ok(count > 1800 && count < 2200, `${[...counts.values()]}`);
});

test("byHash: when one endpoint goes, its own values move and no others", () => {
  const all = endpoints(10);
  const before = hashed(all);
  const after = hashed(all.slice(1));
  for (const value of values) {
    const at = byHash(before, value);
    if (at !== all[0]) assert.equal(byHash(after, value), at);
  }
});

test("byHash: in whatever order the endpoints stand", () => {
  const members = hashed(endpoints(50));
  const turned = members.toReversed();
  for (const value of values.slice(0, 500)) assert.equal(byHash(members, value), byHash(turned, value));
  assert.equal(byHash([], "a"), undefined);
});

test("stickyValue: differs by endpoint and by backend, and shows no address", () => {
  const sha256 = (text: string) => createHash("sha256").update(text).digest();
  const [one, two] = endpoints(2);
  assert.ok(one !== undefined && two !== undefined);
  const all = [stickyValue("a", one, sha256), stickyValue("a", two, sha256), stickyValue("b", one, sha256)];
  assert.equal(new Set(all).size, 3);
  for (const value of all) assert.match(value, /^[0-9a-f]{24}$/);
});
