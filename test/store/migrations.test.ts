import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { openSqliteStore } from "#store/sqlite.ts";
import { memoryFolder } from "../harness/memory-folder.ts";
import { cutsOf, readLog } from "./log.ts";
import { showState } from "./state.ts";

interface Old {
  readonly file: string;
  /** The file once more, not to be opened. */
  readonly untouched: string;
  readonly state: string;
  readonly revision: number;
}

/** Formats that a file may come from, and how one of today becomes one of them. */
const olderFormats: Readonly<Record<number, string>> = {
  1: "PRAGMA auto_vacuum = NONE; VACUUM; PRAGMA user_version = 1",
};

async function oldFile(t: TestContext, format: number): Promise<Old> {
  const folder = await mkdtemp(join(memoryFolder() ?? tmpdir(), "portolan-old-"));
  t.after(() => rm(folder, { recursive: true }));
  const [file, untouched] = [join(folder, "store.db"), join(folder, "untouched.db")];
  const store = openSqliteStore(file);
  const value = (text: string) => new TextEncoder().encode(text.padEnd(3000, "."));
  for (let i = 0; i < 60; i++) await store.write({ key: `a/${i}`, value: value(`first ${i}`), expect: 0 });
  for (let i = 0; i < 60; i += 2) await store.write({ key: `a/${i}`, value: undefined, expect: i + 1 });
  await store.compact(50);
  const [state, revision] = [await showState(store), await store.revision()];
  await store.close();
  const database = new DatabaseSync(file);
  database.exec(olderFormats[format] ?? "");
  database.close();
  copyFileSync(file, untouched);
  return { file, untouched, state, revision };
}

/** Opens the file in a process that is killed in front of its `step`th step on the disk; whether it came to its end before. */
function openUntil(file: string, step: number): boolean {
  const program = join(import.meta.dirname, "open-until.ts");
  const { status, signal, stderr } = spawnSync(process.execPath, [program, file, String(step)], { encoding: "utf8" });
  assert.ok(signal === "SIGKILL" || status === 0, stderr);
  return status === 0;
}

async function judge({ file, state, revision }: Old, when: string): Promise<void> {
  const store = openSqliteStore(file);
  try {
    assert.deepEqual([await showState(store), await store.revision()], [state, revision], when);
    await store.range("", { at: 50 });
    const written = await store.write({ key: "new", value: new Uint8Array(1), expect: 0 });
    assert.deepEqual(written, { kind: "done", revision: revision + 1 }, when);
  } finally {
    await store.close();
  }
  const database = new DatabaseSync(file);
  assert.equal(database.prepare("PRAGMA auto_vacuum").get()?.auto_vacuum, 2, "as a new file would be");
  database.close();
}

function putBack({ file, untouched }: Old): void {
  for (const end of ["-wal", "-journal", "-shm"]) rmSync(`${file}${end}`, { force: true });
  copyFileSync(untouched, file);
}

for (const format of Object.keys(olderFormats).map(Number)) {
  test(`a file of format ${format} is whole after a kill in front of any statement that brings it to today's`, async (t) => {
    const old = await oldFile(t, format);
    let steps = 0;
    for (let isThrough = false; !isThrough; ) {
      steps += 1;
      putBack(old);
      isThrough = openUntil(old.file, steps);
      await judge(old, `killed in front of step ${steps}`);
    }
    assert.ok(steps > 4, `${steps} steps`);
  });

  test(`a file of format ${format} is whole wherever the log of its change to today's is cut`, async (t) => {
    const old = await oldFile(t, format);
    let steps = 1;
    while (!openUntil(old.file, steps)) {
      putBack(old);
      steps += 1;
    }
    // Killed when all is done but the close, which would copy the log into the file.
    putBack(old);
    openUntil(old.file, steps - 1);
    assert.ok(existsSync(`${old.file}-wal`));
    const [base, log] = [readFileSync(old.file), readFileSync(`${old.file}-wal`)];
    const { frames } = readLog(log);
    assert.ok(frames.length > 5, `${frames.length} frames`);
    for (const cut of cutsOf(frames)) {
      putBack(old);
      writeFileSync(old.file, base);
      writeFileSync(`${old.file}-wal`, log.subarray(0, cut));
      await judge(old, `cut at byte ${cut}`);
    }
  });
}
