import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { readLog, rotateLog } from "#os/container-log.ts";
import { eventually } from "../harness/eventually.ts";
import { containerPlan, endOf, logOf, openWorld, printed, whyNot } from "./world.ts";

const skip = whyNot ?? false;

test("a follower of the log gets every line once, also while the log is moved on", { skip }, async () => {
  await using world = await openWorld();
  const count = 'read -r go; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo "line $i"; done';
  const script = `mkfifo /tmp/go; echo up; sh -c '${count}' < /tmp/go`;
  const container = await world.runtime.startContainer(containerPlan(await world.sandbox(), ["sh", "-c", script]));
  const { logPath } = container;
  const over = new AbortController();
  let text = "";
  const following = (async () => {
    for await (const piece of readLog(logPath, { follow: over.signal })) text += piece.toString();
  })();
  await printed(container, "up");
  await (await world.runtime.exec(container.id, ["sh", "-c", "echo go > /tmp/go"])).exitCode;
  const hasEnded = (): boolean => world.ended.length > 0;
  let moved = "";
  for (let moves = 0; moves < 3; moves++) {
    await eventually("a long log", async () => hasEnded() || (await sizeOf(logPath)) > 50_000, { seconds: 20 });
    if (hasEnded()) break;
    await rotateLog(logPath, join(logPath, "../ctl"), 50_000);
    await eventually("a new log", async () => hasEnded() || (await sizeOf(logPath)) > 0, { seconds: 20 });
    moved += await logOf({ logPath: `${logPath}.1` });
    // Only one older piece is kept, so whoever follows must not be two behind.
    await eventually("the follower has read on", () => text.length >= moved.length, { seconds: 20 });
  }
  await endOf(world, container);
  over.abort();
  await following;
  assert.equal(text, `up\n${Array.from({ length: 20_000 }, (_, i) => `line ${i + 1}\n`).join("")}`);
  assert.ok(moved.length > 0 && text.startsWith(moved), "the older pieces are kept for a while");
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

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (fault) {
    if (fault instanceof Error && "code" in fault && fault.code === "ENOENT") return 0;
    throw fault;
  }
}
