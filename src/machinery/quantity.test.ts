import assert from "node:assert/strict";
import test from "node:test";
import {
  addQuantities,
  compareQuantities,
  keptQuantity,
  milliUnits,
  mustQuantity,
  parseQuantity,
  showQuantity,
  wholeUnits,
} from "./quantity.ts";

const shown: readonly (readonly [given: string | number, canonical: string])[] = [
  ["0", "0"],
  ["500m", "500m"],
  ["0.5", "500m"],
  [2, "2"],
  ["1000m", "1"],
  ["1500m", "1500m"],
  ["64Mi", "64Mi"],
  ["0.5Gi", "512Mi"],
  ["1023Ki", "1023Ki"],
  ["1e3", "1e3"],
  ["12e6", "12e6"],
  ["100k", "100k"],
  ["1000k", "1M"],
  ["-1", "-1"],
  [".5", "500m"],
  ["1.", "1"],
  ["5u", "5u"],
  ["0.0000000001", "1n"],
];
for (const [given, canonical] of shown)
  test(`the amount ${given} prints as ${canonical}`, () => assert.equal(showQuantity(mustQuantity(given)), canonical));

const kept: readonly (readonly [given: string, kept: string])[] = [
  ["0.5", "500m"],
  ["1024Mi", "1Gi"],
  ["1025Mi", "1025Mi"],
  ["1.5Gi", "1536Mi"],
  ["1000m", "1"],
  ["1000", "1k"],
  ["1500m", "1500m"],
  ["1.500", "1.500"],
  ["1e4", "10e3"],
  ["0Mi", "0"],
  ["9Ei", "9223372036854775807"],
];
for (const [given, text] of kept)
  test(`the amount ${given} is kept as ${text}, as Kubernetes keeps it`, () => assert.equal(keptQuantity(given), text));

for (const text of ["", "m", "1mi", "1 Gi", "--1", "1e", "0x10", "1.2.3", "Infinity", "NaN", "1e1000000000"])
  test(`${JSON.stringify(text)} is no amount`, () => assert.equal(parseQuantity(text), undefined));

test("a text that goes on for ever is no amount", () => assert.equal(parseQuantity("1".repeat(10_000)), undefined));

test("amounts are added and compared exactly, whatever they are written in", () => {
  const sum = addQuantities(mustQuantity("100m"), mustQuantity("0.2"));
  assert.equal(compareQuantities(sum, mustQuantity("300m")), 0);
  assert.equal(compareQuantities(mustQuantity("1Ki"), mustQuantity("1k")), 1);
  assert.equal(milliUnits(mustQuantity("1.5")), 1500n);
  assert.equal(wholeUnits(mustQuantity("1500m")), 2n);
  assert.equal(wholeUnits(mustQuantity("64Mi")), 67_108_864n);
});
