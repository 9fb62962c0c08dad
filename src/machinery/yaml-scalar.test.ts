import assert from "node:assert/strict";
import test from "node:test";
import { plainValue } from "./yaml-scalar.ts";

for (const [text, value] of [
  ["", null],
  ["~", null],
  ["Null", null],
  ["nULL", "nULL"],
  ["yes", true],
  ["On", true],
  ["y", true],
  ["no", false],
  ["OFF", false],
  ["oN", "oN"],
  ["80", 80],
  ["-5", -5],
  ["+5", 5],
  ["1_000", 1000],
  ["0", 0],
  ["0644", 0o644],
  ["0o644", 0o644],
  ["-0x1F", -31],
  ["0b101", 5],
  // No octal number, so a float.
  ["08", 8],
  ["1.50", 1.5],
  ["685.230_15e+03", 685_230.15],
  // Go asks for the sign.
  ["1e3", "1e3"],
  [".5", 0.5],
  [".inf", Number.POSITIVE_INFINITY],
  ["-.Inf", Number.NEGATIVE_INFINITY],
  [".nan", Number.NaN],
  ["9".repeat(400), "9".repeat(400)],
  ["10.0.0.1", "10.0.0.1"],
  ["1:30", "1:30"],
  ["2026-01-01", "2026-01-01"],
  ["100m", "100m"],
  ["-", "-"],
  ["__proto__", "__proto__"],
] as const)
  test(`plain ${JSON.stringify(text.slice(0, 30))} is ${typeof value === "string" ? "text" : String(value)}`, () =>
    assert.deepEqual(plainValue(text), value));
