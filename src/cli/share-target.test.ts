import assert from "node:assert/strict";
import { test } from "node:test";
import { sharedTarget } from "./share-target.ts";

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
