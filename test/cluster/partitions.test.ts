import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "#os/spawn.ts";
import { folderBeside } from "../runtime/folder-beside.ts";
import { openWorld, runOnce, whyNot } from "../runtime/world.ts";

const skip = whyNot ?? false;

// Here, where nothing runs beside it: every container that is started meanwhile sees these mounts too.
test("partitions of the system are seen, others are not", { skip }, async () => {
  await using folders = await folderBeside("/opt/ptl-parts-");
  await using elsewhere = await folderBeside("/srv/ptl-disk-");
  await using mounts = new AsyncDisposableStack();
  for (const folder of [folders.path, elsewhere.path]) {
    await run(["mount", "-t", "tmpfs", "-o", "nodev,noexec", "tmpfs", folder]);
    mounts.defer(async () => void (await run(["umount", "--lazy", folder])));
    await writeFile(join(folder, "there"), "yes\n");
  }
  await using world = await openWorld();
  const script = `cat ${folders.path}/there ${elsewhere.path}/there 2>/dev/null; echo more > ${folders.path}/there && cat ${folders.path}/there`;
  assert.equal((await runOnce(world, ["sh", "-c", script])).output, "yes\nmore\n");
  assert.equal(await readFile(join(folders.path, "there"), "utf8"), "yes\n");
});
