import assert from "node:assert/strict";
import test from "node:test";
import { showAge, showDuration } from "./age.ts";

const [second, minute, hour, day] = [1, 60, 3600, 86_400];
const cases: readonly (readonly [seconds: number, shown: string])[] = [
  [-2, "<invalid>"],
  [-1, "0s"],
  [0, "0s"],
  [119 * second, "119s"],
  [2 * minute, "2m"],
  [2 * minute + 3, "2m3s"],
  [10 * minute + 3, "10m"],
  [179 * minute, "179m"],
  [3 * hour, "3h"],
  [7 * hour + 30 * minute, "7h30m"],
  [8 * hour + 30 * minute, "8h"],
  [47 * hour, "47h"],
  [2 * day, "2d"],
  [2 * day + 5 * hour, "2d5h"],
  [8 * day + 5 * hour, "8d"],
  [729 * day, "729d"],
  [730 * day, "2y"],
  [740 * day, "2y10d"],
  [3000 * day, "8y"],
];
for (const [seconds, shown] of cases)
  test(`${seconds} s are shown as ${shown}`, () => assert.equal(showDuration(seconds * 1000), shown));

test("what was never created has no age", () => assert.equal(showAge(undefined, 0), "<unknown>"));
