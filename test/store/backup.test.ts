import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { backupLines } from "#store/backup.ts";
import { restoreStore } from "#store/restore.ts";
import { openSqliteStore } from "#store/sqlite.ts";
import { memoryFolder } from "../harness/memory-folder.ts";
import { showState } from "./state.ts";

interface Ground {
  readonly folder: string;
  readonly file: string;
  readonly backup: string;
  /** What the backup shows. */
  readonly kept: string;
  /** What the store shows. */
  readonly present: string;
}

/** A store that has gone on since its backup: 12 entries then, at revision 19; at revision 28 now. */
async function ground(t: TestContext): Promise<Ground> {
  const folder = await mkdtemp(join(memoryFolder() ?? tmpdir(), "portolan-backup-"));
  t.after(() => rm(folder, { recursive: true }));
  const [file, backup] = [join(folder, "store.db"), join(folder, "kept.backup")];
  const store = openSqliteStore(file);
  const write = async (name: number, text: string | undefined) => {
    const key = `/registry/${name}`;
    const value = text === undefined ? undefined : new TextEncoder().encode(text);
    const answer = await store.write({ key, value, expect: (await store.get(key))?.modRevision ?? 0 });
    assert.equal(answer.kind, "done");
  };
  for (let i = 0; i < 15; i++) await write(i, `${i} \u00e4\n\0`);
  for (let i = 0; i < 3; i++) await write(i * 5, undefined);
  await write(1, "");
  const kept = await showState(store);
  const lines = [...backupLines(await store.range(""), "2026-11-30T12:00:00.000Z")];
  writeFileSync(backup, `${lines.join("\n")}\n`);
  for (let i = 0; i < 9; i++) await write(i * 3 + 1, `later ${i}`);
  const present = await showState(store);
  await store.close();
  return { folder, file, backup, kept, present };
}

const options = { now: 0, at: (value: Uint8Array) => value };
/** Entries without their revisions. */
const contentOf = (state: string): string => state.replace(/@\d+$/gm, "");

async function shown(file: string): Promise<{ readonly state: string; readonly revision: number }> {
  const store = openSqliteStore(file);
  try {
    return { state: await showState(store), revision: await store.revision() };
  } finally {
    await store.close();
  }
}

test("a restored store is what the backup shows, keeps what was there, and can be written", async (t) => {
  const { file, backup, kept: wanted, present } = await ground(t);
  const { head, revision, kept } = await restoreStore(file, backup, options);
  assert.deepEqual(head, { revision: 19, entries: 12, taken: "2026-11-30T12:00:00.000Z" });
  assert.equal(revision, 40);
  assert.equal(contentOf((await shown(file)).state), contentOf(wanted));
  assert.equal((await shown(kept ?? "")).state, present);
  const store = openSqliteStore(file);
  t.after(() => store.close());
  assert.deepEqual(await store.write({ key: "new", value: new Uint8Array(1), expect: 0 }), {
    kind: "done",
    revision: 41,
  });
});

test("every restored value is told the revision that it has from then on, which is higher than any before", async (t) => {
  const { file, backup } = await ground(t);
  const told: number[] = [];
  const at = (value: Uint8Array, revision: number) => {
    told.push(revision);
    return value;
  };
  await restoreStore(file, backup, { now: 0, at });
  const store = openSqliteStore(file);
  t.after(() => store.close());
  const { entries } = await store.range("");
  assert.deepEqual(
    entries.map(({ modRevision }) => modRevision),
    told,
  );
  assert.equal(Math.min(...told), 29);
});

const clocks = [
  { name: "of the present store", now: 0, revision: 40 },
  {
    name: "of the clock, where the store that gave out more is lost",
    now: 1_700_000_000_000,
    others: [],
    revision: 1_700_000_000_012,
  },
];
for (const { name, now, revision: wanted } of clocks)
  test(`revisions go on above the last one that anybody can have seen: above that ${name}`, async (t) => {
    const { file, backup } = await ground(t);
    assert.equal((await restoreStore(file, backup, { ...options, now })).revision, wanted);
    const again = await restoreStore(file, backup, { ...options, now });
    assert.equal(again.revision, wanted + 12, "also the second time");
  });

test("whoever watched or read before the restore is told that its history is gone, also at the very last revision", async (t) => {
  const { file, backup } = await ground(t);
  await restoreStore(file, backup, options);
  const store = openSqliteStore(file);
  t.after(() => store.close());
  const sink = { change: () => {}, progress: () => {}, end: () => {} };
  for (const revision of [1, 19, 28]) {
    await assert.rejects(store.watch("", revision, sink), { code: "Compacted", oldest: 40 });
    await assert.rejects(store.range("", { at: revision }), { code: "Compacted" });
  }
});

test("a backup is restored where there was nothing, in a folder that is made for it", async (t) => {
  const { folder, backup, kept: wanted } = await ground(t);
  const file = join(folder, "new", "store.db");
  const { kept } = await restoreStore(file, backup, options);
  assert.equal(kept, undefined);
  assert.equal(contentOf((await shown(file)).state), contentOf(wanted));
});

test("a backup takes the place of a store that can't be read any more, and goes on above what that still shows", async (t) => {
  const { file, backup, kept: wanted } = await ground(t);
  const bytes = readFileSync(file);
  // Where a value stands, and with it its checksum.
  bytes[bytes.lastIndexOf("later 8")] = 0;
  writeFileSync(file, bytes);
  assert.throws(() => openSqliteStore(file), { code: "StoreUnreadable", fix: /portolan restore FILE/ });
  const { revision, kept } = await restoreStore(file, backup, options);
  assert.equal(revision, 40);
  assert.equal(contentOf((await shown(file)).state), contentOf(wanted));
  assert.ok(readFileSync(kept ?? "").equals(bytes));
});

test("a backup takes the place of a file that is no store at all", async (t) => {
  const { file, backup, kept: wanted } = await ground(t);
  writeFileSync(file, "noise".repeat(5000));
  await restoreStore(file, backup, options);
  assert.equal(contentOf((await shown(file)).state), contentOf(wanted));
});

test("a store that is open is not restored into", async (t) => {
  const { file, backup, present } = await ground(t);
  const store = openSqliteStore(file);
  t.after(() => store.close());
  await assert.rejects(restoreStore(file, backup, options), { code: "StoreLocked", where: file });
  assert.equal(await showState(store), present);
});

const damages: readonly { readonly name: string; readonly damage: (text: string) => string; readonly code: string }[] =
  [
    { name: "that is empty", damage: () => "", code: "BackupUnreadable" },
    { name: "that is some other text", damage: () => "apiVersion: v1\nkind: List\n", code: "BackupUnreadable" },
    { name: "of some other program", damage: () => '{"kind":"List","items":[]}\n', code: "BackupUnreadable" },
    { name: "of a later version", damage: (text) => text.replace('"version":1', '"version":2'), code: "BackupNewer" },
    {
      name: "with a changed byte in a value",
      damage: (text) => text.replace('"value":"M', '"value":"N'),
      code: "BackupUnreadable",
    },
    {
      name: "with another revision",
      damage: (text) => text.replace('"revision":19', '"revision":20'),
      code: "BackupUnreadable",
    },
    {
      name: "with a line less",
      damage: (text) => text.split("\n").toSpliced(7, 1).join("\n"),
      code: "BackupUnreadable",
    },
    { name: "with a line twice", damage: (text) => text.replace(/(.*\n)(.*\n)/, "$1$2$2"), code: "BackupUnreadable" },
    { name: "with something behind its end", damage: (text) => `${text}{}\n`, code: "BackupUnreadable" },
  ];
for (const { name, damage, code } of damages)
  test(`a backup ${name} is refused by name, and nothing has changed`, async (t) => {
    const { folder, file, backup } = await ground(t);
    const before = readFileSync(file);
    writeFileSync(backup, damage(readFileSync(backup, "utf8")));
    await assert.rejects(restoreStore(file, backup, options), { code, where: backup });
    assert.ok(readFileSync(file).equals(before));
    assert.deepEqual(readdirSync(folder).toSorted(), ["kept.backup", "store.db"]);
  });

test("a backup that is cut off anywhere is refused", async (t) => {
  const { file, backup } = await ground(t);
  const bytes = readFileSync(backup);
  for (let end = 0; end < bytes.length - 1; end += 37) {
    writeFileSync(backup, bytes.subarray(0, end));
    await assert.rejects(restoreStore(file, backup, options), { code: "BackupUnreadable" });
  }
});

test("a backup that is not there, or is a folder, is refused by name", async (t) => {
  const { folder, file } = await ground(t);
  for (const backup of [join(folder, "none"), folder])
    await assert.rejects(restoreStore(file, backup, options), { code: "BackupUnreadable", where: backup });
});

test("a restore that is killed at any step leaves the store as it was, or as the backup has it", async (t) => {
  const { folder, file, backup, kept, present } = await ground(t);
  const untouched = join(folder, "untouched");
  copyFileSync(file, untouched);
  const seen = new Map<string, number>();
  for (let step = 1; ; step++) {
    for (const name of readdirSync(folder)) if (name.startsWith("store.db")) await rm(join(folder, name));
    copyFileSync(untouched, file);
    const program = join(import.meta.dirname, "restore-until.ts");
    const { status, signal, stderr } = spawnSync(process.execPath, [program, file, backup, String(step)], {
      encoding: "utf8",
    });
    assert.ok(signal === "SIGKILL" || status === 0, stderr);
    const { state, revision } = await shown(file);
    const outcome = state === present ? "as it was" : contentOf(state) === contentOf(kept) ? "restored" : "neither";
    assert.deepEqual({ outcome, revision }, { outcome, revision: outcome === "restored" ? 40 : 28 });
    seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    assert.equal(existsSync(`${file}.restored`), false, "what was left to do is done by whoever opens it");
    if (status === 0) break;
  }
  t.diagnostic(JSON.stringify([...seen]));
  assert.deepEqual([...seen.keys()], ["as it was", "restored"]);
});
