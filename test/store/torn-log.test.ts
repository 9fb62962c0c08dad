import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after as afterAll, before, test } from "node:test";
import { StoreNewer, StoreUnreadable, StoreUnwritable } from "#store/faults.ts";
import { storeDefaults } from "#store/journaled-store.ts";
import { openSqliteStore } from "#store/sqlite.ts";
import { memoryFolder } from "../harness/memory-folder.ts";
import { seeded } from "../harness/seeded.ts";
import { cutsOf, readLog } from "./log.ts";
import { showState } from "./state.ts";

/** `PORTOLAN_CUTS=every` leaves none out. */
const isLong = process.env.PORTOLAN_CUTS === "every";

const folder = mkdtempSync(join(memoryFolder() ?? tmpdir(), "portolan-torn-"));
const written = join(folder, "written.db");
const copy = join(folder, "copy.db");
// What the store showed at each revision.
const states: string[] = [""];

before(async () => {
  const store = openSqliteStore(join(folder, "store.db"), { ...storeDefaults, historyChanges: 40 });
  const random = seeded(7);
  for (let revision = 1; ; revision += 1) {
    const key = `key/${Math.floor(random() * 25)}`;
    const there = await store.get(key);
    const text = `${revision}:`.padEnd(Math.floor(random() ** 4 * 40_000), "abcdefg");
    const value = there !== undefined && random() < 0.2 ? undefined : new TextEncoder().encode(text);
    assert.equal((await store.write({ key, value, expect: there?.modRevision ?? 0 })).kind, "done");
    states.push(await showState(store));
    if (revision < 100) continue;
    // The log has begun anew after a checkpoint, and holds a fair number of frames again.
    const { commits, restarts } = readLog(readFileSync(join(folder, "store.db-wal")));
    if (restarts > 0 && commits.length >= 25) break;
  }
  copyFileSync(join(folder, "store.db"), written);
  copyFileSync(join(folder, "store.db-wal"), `${written}-wal`);
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The store as it opens with the log given: its last revision, after its content was compared with what stood there then. */
async function openWith(log: Uint8Array, database: string): Promise<number> {
  rmSync(`${copy}-wal`, { force: true });
  copyFileSync(database, copy);
  writeFileSync(`${copy}-wal`, log);
  const store = openSqliteStore(copy);
  try {
    const revision = await store.revision();
    assert.equal(await showState(store), states[revision]);
    assert.equal((await store.write({ key: "new", value: new Uint8Array(9), expect: 0 })).kind, "done");
    return revision;
  } finally {
    await store.close();
  }
}

test("a log cut anywhere gives exactly the commits that are whole in it", async () => {
  const log = readFileSync(`${written}-wal`);
  const { frames, commits } = readLog(log);
  const last = states.length - 1;
  for (const cut of cutsOf(frames)) {
    const whole = commits.filter((end) => end <= cut).length;
    assert.equal(await openWith(log.subarray(0, cut), written), last - commits.length + whole, `cut at byte ${cut}`);
  }
});

test("a log whose tail is noise gives exactly the commits before the noise", async () => {
  const log = readFileSync(`${written}-wal`);
  const { frames, commits } = readLog(log);
  const random = seeded(3);
  for (const cut of frames.filter((_, i) => i % 10 === 0).map((end) => end + Math.floor(random() * 4000))) {
    const noisy = Buffer.from(log);
    for (let at = cut; at < noisy.length; at += 1) noisy[at] = Math.floor(random() * 256);
    const whole = commits.filter((end) => end <= cut).length;
    assert.equal(await openWith(noisy, written), states.length - 1 - commits.length + whole, `noise from byte ${cut}`);
  }
});

test("a log whose tail is cut at any byte gives exactly the commits that are whole in it", async (t) => {
  const log = readFileSync(`${written}-wal`);
  const { commits } = readLog(log);
  const begin = commits.at(isLong ? -2 : -3) ?? 0;
  const stride = isLong ? 1 : 1499;
  let cuts = 0;
  for (let cut = commits.at(-1) ?? 0; cut >= begin; cut -= stride) {
    const missing = commits.filter((end) => end > cut).length;
    assert.equal(await openWith(log.subarray(0, cut), written), states.length - 1 - missing, `cut at byte ${cut}`);
    cuts += 1;
  }
  t.diagnostic(`${cuts} cuts`);
});

test("a turned bit in the log takes the commits from there on, and nothing else", async () => {
  const log = readFileSync(`${written}-wal`);
  const { frames, commits } = readLog(log);
  const random = seeded(5);
  const end = frames.at(-1) ?? 0;
  for (let i = 0; i < (isLong ? 2000 : 40); i++) {
    const at = Math.floor(random() * end);
    const turned = Buffer.from(log);
    turned.writeUInt8((turned[at] ?? 0) ^ (1 << Math.floor(random() * 8)), at);
    const revision = await openWith(turned, written);
    const whole = commits.filter((commit) => commit <= at).length;
    assert.equal(revision, states.length - 1 - commits.length + whole, `byte ${at}`);
  }
});

test("a turned bit in the file is refused by name, or is where nothing stands", async (t) => {
  const log = readFileSync(`${written}-wal`);
  const bytes = readFileSync(written);
  const random = seeded(6);
  const outcomes = { whole: 0, refused: 0 };
  for (let i = 0; i < (isLong ? 3000 : 60); i++) {
    const at = Math.floor(random() * bytes.length);
    const turned = Buffer.from(bytes);
    turned.writeUInt8((turned[at] ?? 0) ^ (1 << Math.floor(random() * 8)), at);
    const damaged = join(folder, "damaged.db");
    writeFileSync(damaged, turned);
    const outcome = await orRefused(openWith(log, damaged));
    if (outcome !== "refused") assert.equal(outcome, states.length - 1, `byte ${at}`);
    outcomes[outcome === "refused" ? "refused" : "whole"] += 1;
  }
  t.diagnostic(JSON.stringify(outcomes));
});

/** The content of rows shows a damage, or the way to them does. */
async function orRefused(opening: Promise<number>): Promise<number | "refused"> {
  try {
    return await opening;
  } catch (error) {
    const isByName = [StoreUnreadable, StoreNewer, StoreUnwritable].some((fault) => error instanceof fault);
    if (isByName) return "refused";
    throw error;
  }
}

// No honest disk does this: the log was on disk before the pages were copied. What opens must be some moment of the past all the same.
test("a log cut behind a checkpoint is refused or gives one moment of the past, never a mixture", async (t) => {
  const checkpointed = join(folder, "checkpointed.db");
  const log = readFileSync(`${written}-wal`);
  copyFileSync(written, join(folder, "work.db"));
  writeFileSync(join(folder, "work.db-wal"), log);
  const database = new DatabaseSync(join(folder, "work.db"));
  database.exec("PRAGMA wal_checkpoint(PASSIVE)");
  copyFileSync(join(folder, "work.db"), checkpointed);
  database.close();
  const { frames } = readLog(log);
  const outcomes = { whole: 0, past: 0, refused: 0 };
  for (const cut of cutsOf(frames)) {
    const revision = await orRefused(openWith(log.subarray(0, cut), checkpointed));
    outcomes[revision === "refused" ? revision : revision === states.length - 1 ? "whole" : "past"] += 1;
  }
  t.diagnostic(JSON.stringify(outcomes));
  assert.ok(outcomes.whole > 0);
});
