import assert from "node:assert/strict";
import { test } from "node:test";
import { Progress } from "./progress.ts";

function progressAt(start: number) {
  const clock = { ms: start };
  return { clock, progress: new Progress(() => clock.ms) };
}

test("a proxy without changes is healthy, however long it has nothing to do", () => {
  const { clock, progress } = progressAt(0);
  clock.ms = 10 * 60_000;
  assert.ok(progress.isHealthy);
});

test("a change that waits for less than a minute is no illness, one that waits longer is", () => {
  const { clock, progress } = progressAt(1000);
  progress.queued();
  clock.ms += 59_999;
  assert.ok(progress.isHealthy);
  progress.queued(); // the oldest one counts
  clock.ms += 1;
  assert.equal(progress.isHealthy, false);
});

test("when the kernel has caught up the proxy is healthy again", () => {
  const { clock, progress } = progressAt(1000);
  progress.queued();
  clock.ms += 90_000;
  progress.updated();
  assert.ok(progress.isHealthy);
  assert.equal(progress.updatedAt, 91_000);
});
