import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson, sameJson } from "./same-json.ts";

const pairs: readonly (readonly [a: unknown, b: unknown, same: boolean])[] = [
  [{ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 }, true],
  [{ a: 1, b: undefined }, { a: 1 }, true],
  [{ a: undefined }, { b: undefined }, true],
  [{ a: 1 }, { b: 1 }, false],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [[1, 2], [2, 1], false],
  [[1], { 0: 1 }, false],
  [{}, [], false],
  [null, {}, false],
  ["1", 1, false],
  [{ a: null }, { a: undefined }, false],
];
for (const [a, b, same] of pairs)
  test(`${JSON.stringify(a)} and ${JSON.stringify(b)} are ${same ? "the same" : "different"}`, () => {
    assert.deepEqual([sameJson(a, b), sameJson(b, a)], [same, same]);
    assert.equal(canonicalJson(a) === canonicalJson(b), same);
  });
