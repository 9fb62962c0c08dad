import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pauseMs, tally, untried } from "./probing.ts";
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

describe("the pauses between probes", () => {
  const pauses = (kind: "readiness" | "liveness", results: string, periodSeconds: number): readonly number[] => {
    const probe = probeOf({ periodSeconds });
    let state = untried;
    return [...results].map((result) => {
      state = tally(state, result === "+", probe);
      return pauseMs(kind, state, probe);
    });
  };
  test("of a container that isn't ready yet grow up to the period", () =>
    assert.deepEqual(pauses("readiness", "-------", 2), [100, 200, 400, 800, 1600, 2000, 2000]));
  test("of one that is ready are the period", () => assert.deepEqual(pauses("readiness", "+", 2), [2000]));
  test("of other probes are the period", () => assert.deepEqual(pauses("liveness", "--", 2), [2000, 2000]));
});
