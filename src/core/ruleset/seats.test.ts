import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { mustIp } from "#net/ip.ts";
import type { Endpoint } from "../services/service-map.ts";
import { numbered, seated } from "./seats.ts";

const endpoint = (n: number): Endpoint => ({
  ip: mustIp(`10.244.${n >> 8}.${n & 255}`),
  port: 80,
  nodeName: undefined,
  pod: undefined,
  condition: "ready",
});
const all = (numbers: readonly number[]): readonly Endpoint[] => numbers.map(endpoint);
const shown = (some: readonly Endpoint[]): readonly string[] => some.map(({ ip }) => ip.text);

suite("seats", () => {
  const rows = [
    ["are taken in order at first", [], [1, 2, 3], [1, 2, 3]],
    ["stay where nobody leaves", [1, 2], [0, 1, 2], [1, 2, 0]],
    ["are filled from the end when one leaves", [1, 2, 3, 4], [2, 3, 4], [4, 2, 3]],
    ["go to a newcomer when one leaves", [1, 2, 3], [1, 3, 9], [1, 9, 3]],
    ["end with the last member", [1, 2, 3], [], []],
  ] as const;
  for (const [name, before, members, after] of rows)
    test(name, () => assert.deepEqual(shown(seated(all(before), all(members))), shown(all(after))));
});

suite("numbers that affinities remember", () => {
  const many = all(Array.from({ length: 5000 }, (_, n) => n + 1));
  test("are different for every member", () => assert.equal(new Set(numbered(many, "cluster")).size, many.length));
  test("stay the same when others come and go", () => {
    const [first] = numbered(all([7]), "cluster");
    assert.ok(first !== undefined && numbered(all([3, 7, 9]), "cluster").includes(first));
  });
  test("fit into 28 bits", () => assert.ok(numbered(many, "node").every((one) => one >= 0 && one < 2 ** 28)));
});
