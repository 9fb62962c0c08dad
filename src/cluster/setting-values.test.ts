import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSpan } from "./setting-values.ts";

test("how long, as it is written", () => {
  const rows = [
    ["90s", 90],
    ["30m", 1800],
    ["1h", 3600],
    ["2h30m", 9000],
    ["7d", 604_800],
    ["0m", 0],
    ["", undefined],
    ["1", undefined],
    ["m1", undefined],
    ["-1h", undefined],
  ] as const;
  for (const [text, seconds] of rows) assert.equal(parseSpan(text), seconds, text);
});
