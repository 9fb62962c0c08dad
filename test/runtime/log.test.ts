import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { readLog, rotateLog } from "#os/container-log.ts";
import { eventually } from "../harness/eventually.ts";
import { containerPlan, endOf, logOf, openWorld, printed, whyNot } from "./world.ts";

const skip = whyNot ?? false;

test("a follower of the log gets every line once, also while the log is moved on", { skip }, async (context) => {
  await using world = await openWorld();
  const count = 'i=0; while [ ! -e /tmp/stop ]; do i=$((i+1)); echo "line $i"; done; echo end';
  const container = await world.runtime.startContainer(containerPlan(await world.sandbox(), ["sh", "-c", count]));
  const { logPath, id } = container;
  const over = new AbortController();
  context.after(() => over.abort());
  let text = "";
  const following = (async () => {
    for await (const piece of readLog(logPath, { follow: over.signal })) text += piece.toString();
  })();
  let moved = "";
  for (let moves = 0; moves < 3; moves++) {
    await eventually("a long log", async () => (await stat(logPath)).size > 20_000, { seconds: 20 });
    await rotateLog(logPath, join(logPath, "../ctl"), 20_000);
    const older = `${logPath}.1`;
    await eventually("a new log", async () => (await stat(logPath)).ino !== (await stat(older)).ino, { seconds: 20 });
    moved += await logOf({ logPath: older });
    // Only one older piece is kept, so whoever follows must not be two behind.
    await eventually("the follower has read on", () => text.length >= moved.length, { seconds: 20 });
  }
  await (await world.runtime.exec(id, ["touch", "/tmp/stop"])).exitCode;
  await endOf(world, container);
  over.abort();
  await following;
  const lines = text.split("\n");
  const numbered = Array.from({ length: lines.length - 2 }, (_, i) => `line ${i + 1}`);
  assert.deepEqual(lines, [...numbered, "end", ""]);
  assert.ok(text.startsWith(moved), "no line is missing where one file follows another");
});

test("every attempt has its own log, and both streams are told apart", { skip }, async () => {
  await using world = await openWorld();
  const sandbox = await world.sandbox();
  const speak = (attempt: number) =>
    containerPlan(sandbox, ["sh", "-c", `echo out ${attempt}; echo err ${attempt} >&2`], { attempt });
  const first = await world.runtime.startContainer(speak(0));
  await endOf(world, first);
  const second = await world.runtime.startContainer(speak(1));
  await endOf(world, second);
  assert.deepEqual((await logOf(first)).trim().split("\n").toSorted(), ["err 0", "out 0"]);
  const err = await Array.fromAsync(readLog(second.logPath, { stream: "stderr" }));
  assert.equal(Buffer.concat(err).toString(), "err 1\n");
  await world.runtime.removeContainer(first.id);
  assert.equal(await logOf(first), "");
  await printed(second, "out 1");
});
