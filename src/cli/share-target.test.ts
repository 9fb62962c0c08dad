import assert from "node:assert/strict";
import { test } from "node:test";
import { parseShareTime, sharedTarget } from "./share-target.ts";

test("a Service and its port, as they are written", () => {
  const rows = [
    ["svc/web", { service: "web" }],
    ["service/web:http", { service: "web", port: "http" }],
    ["services/web:80", { service: "web", port: 80 }],
    ["web", undefined],
    ["pod/web", undefined],
    ["svc/", undefined],
    ["svc/web:", undefined],
  ] as const;
  for (const [text, target] of rows) assert.deepEqual(sharedTarget(text), target, text);
});

test("how long, as it is written", () => {
  const rows = [
    ["90s", 90_000],
    ["30m", 1_800_000],
    ["1h", 3_600_000],
    ["2h30m", 9_000_000],
    ["7d", 604_800_000],
    ["0m", undefined],
    ["", undefined],
    ["1", undefined],
    ["m1", undefined],
    ["-1h", undefined],
  ] as const;
  for (const [text, ms] of rows) assert.equal(parseShareTime(text), ms, text);
});
