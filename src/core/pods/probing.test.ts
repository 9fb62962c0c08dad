import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { tally, untried } from "./probing.ts";
import { probeOf } from "./specimens.ts";

/** The verdict after each result: `+` passed or true, `-` failed or false, `?` not known. */
function verdicts(results: string, [successThreshold, failureThreshold]: readonly [number, number]): string {
  const probe = probeOf({ successThreshold, failureThreshold });
  let state = untried;
  return [...results]
    .map((result) => {
      state = tally(state, result === "+", probe);
      return state.verdict === undefined ? "?" : state.verdict ? "+" : "-";
    })
    .join("");
}

describe("a row of probe results", () => {
  const rows = [
    { name: "one success is enough by default", results: "+", thresholds: [1, 3], after: "+" },
    { name: "three failures in a row", results: "---", thresholds: [1, 3], after: "??-" },
    { name: "a success in between starts the count again", results: "+--+---", thresholds: [1, 3], after: "++++++-" },
    { name: "several successes", results: "++-+++", thresholds: [3, 1], after: "??---+" },
    { name: "each single result", results: "+-+", thresholds: [1, 1], after: "+-+" },
  ] as const;
  for (const { name, results, thresholds, after } of rows)
    test(`${name}: ${results} gives ${after}`, () => assert.equal(verdicts(results, thresholds), after));
});
