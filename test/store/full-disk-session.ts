import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Recorder, showChange } from "#store/conformance/subject.ts";
import { StoreUnwritable } from "#store/faults.ts";
import { storeDefaults } from "#store/journaled-store.ts";
import { openSqliteStore } from "#store/sqlite.ts";
import type { Store } from "#store/store.ts";
import { showState } from "./state.ts";

// A store on a disk that takes no more, and then does again. FOLDER is small ("tmpfs"), or this process may only write small files
// ("limit"), which the disk answers as it answers a broken one.
const [trouble = "", folder = ""] = process.argv.slice(2);
const file = join(folder, "store.db");
const ballast = join(folder, "ballast");
const options = { ...storeDefaults, progressAfterMs: 2 };

async function writeUntilRefused(store: Store): Promise<StoreUnwritable> {
  for (let i = 0; ; i += 1) {
    const value = new Uint8Array(20_000).fill(i);
    try {
      await Promise.all(["a", "b", "c"].map((name) => store.write({ key: `${name}/${i}`, value, expect: 0 })));
    } catch (error) {
      assert.ok(error instanceof StoreUnwritable, String(error));
      return error;
    }
  }
}

function heal(): void {
  if (trouble === "tmpfs") rmSync(ballast);
  else assert.equal(spawnSync("prlimit", ["--pid", String(process.pid), "--fsize=unlimited"]).status, 0);
}

// A store keeps no process alive, and here nothing else does.
const alive = setInterval(() => {}, 60_000);
if (trouble === "tmpfs") writeFileSync(ballast, new Uint8Array(3 << 20));
const store = openSqliteStore(file, options);
const seen = new Recorder();
await store.watch("", 0, seen);
await store.write({ key: "first", value: new Uint8Array(1), expect: 0 });
const fault = await writeUntilRefused(store);
assert.equal(fault.where, file);
assert.match(fault.fix, trouble === "tmpfs" ? /free space/ : /dmesg/);

// Several batches are refused; each is refused whole, a conflict in it too.
const [revision, state] = [await store.revision(), await showState(store)];
for (let i = 0; i < 3; i += 1) {
  const value = new Uint8Array(2 << 20);
  const answers = await Promise.allSettled([
    store.write({ key: "x", value, expect: 0 }),
    store.write({ key: "x", value, expect: 0 }),
    store.compact(revision),
  ]);
  assert.deepEqual(
    answers.map((answer) => answer.status === "rejected" && answer.reason.code),
    Array(3).fill("StoreUnwritable"),
  );
}

// Reads and watches go on, and know nothing of it.
assert.deepEqual([await store.revision(), await showState(store)], [revision, state]);
const late = new Recorder();
await store.watch("", 0, late);
await Promise.all([seen.reached(revision), late.reached(revision)]);
assert.deepEqual(late.changes.map(showChange), seen.changes.map(showChange));
assert.equal(seen.changes.length, revision);
await assert.rejects(store.range("", { at: revision + 1 }), { code: "FutureRevision" });

heal();
assert.deepEqual(await store.write({ key: "x", value: new Uint8Array(9), expect: 0 }), {
  kind: "done",
  revision: revision + 1,
});
await seen.reached(revision + 1);
const healed = await showState(store);
await store.close();
const again = openSqliteStore(file, options);
assert.equal(await showState(again), healed);
await again.close();
clearInterval(alive);
process.stdout.write(`refused after revision ${revision}: ${fault.message}\n`);
