import assert from "node:assert/strict";
import { test } from "node:test";
import { type Silence, silenceOf } from "./silence.ts";

/** What is thought at each moment, given in seconds with the sign that is seen then. */
function course(moments: readonly (readonly [seconds: number, sign: string])[]): readonly string[] {
  let silence: Silence | undefined;
  return moments.map(([seconds, sign]) => {
    silence = silenceOf(silence, { sign, atMs: seconds * 1000, graceSeconds: 40 });
    return `${silence.isSilent ? "silent" : "heard"}, again in ${silence.againSeconds}`;
  });
}

test("a node that is heard of is never silent", () => {
  assert.deepEqual(
    course([
      [0, "a"],
      [10, "b"],
      [35, "c"],
      [70, "d"],
    ]),
    Array(4).fill("heard, again in 40"),
  );
});

test("after 40 s without a word, and a second look, a node is silent; one word ends that", () => {
  assert.deepEqual(
    course([
      [0, "a"],
      [10, "a"],
      [38, "a"],
      [40, "a"],
      [60, "a"],
      [61, "b"],
    ]),
    [
      "heard, again in 40",
      "heard, again in 28",
      "heard, again in 2",
      "silent, again in 40",
      "silent, again in 40",
      "heard, again in 40",
    ],
  );
});

test("a process that was stopped itself suspects, hears the node, and has done nothing", () => {
  assert.deepEqual(
    course([
      [0, "a"],
      [500, "a"],
      [500.1, "b"],
    ]),
    ["heard, again in 40", "heard, again in 2", "heard, again in 40"],
  );
  assert.deepEqual(
    course([
      [0, "a"],
      [38, "a"],
      [900, "a"],
      [902, "a"],
    ]),
    ["heard, again in 40", "heard, again in 2", "heard, again in 2", "silent, again in 40"],
  );
});
