import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { openSqliteStore } from "#store/sqlite.ts";
import { seeded } from "../harness/seeded.ts";
import { knownHistory, textOf } from "./state.ts";

interface Answered {
  readonly key: string;
  readonly revision: number;
  readonly value: string | undefined;
}

test("an answered write survives kill -9 under 20 writers, and revisions go on", { timeout: 120_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "portolan-kill-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "store.db");
  const random = seeded(20);
  let revision = 0;
  for (let round = 0; round < 10; round += 1) {
    const answered = await writeUntilKilled(file, String(round), 20 + Math.floor(random() * 1500));
    revision = await judge(file, answered, revision);
  }
});

/** Kills the writer -9 as soon as it has said that so many writes were answered; all that it said. */
async function writeUntilKilled(file: string, seed: string, count: number): Promise<readonly Answered[]> {
  const program = join(import.meta.dirname, "crash-writer.ts");
  const child = spawn(process.execPath, [program, file, seed], { stdio: ["ignore", "pipe", "inherit"] });
  const answered: Answered[] = [];
  const exited = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    const [key = "", revision, value] = line.split(" ");
    // The last line may be cut.
    if (value !== undefined)
      answered.push({ key, revision: Number(revision), value: value === "-" ? undefined : value });
    if (answered.length === count) child.kill("SIGKILL");
  }
  assert.deepEqual(await exited, [null, "SIGKILL"]);
  return answered;
}

/** The store's last revision. */
async function judge(file: string, answered: readonly Answered[], before: number): Promise<number> {
  const store = openSqliteStore(file);
  try {
    const last = Math.max(...answered.map(({ revision }) => revision));
    const now = await store.revision();
    assert.ok(now >= last && now <= last + 20, `revision ${now} after ${last} was answered to one of 20 writers`);
    assert.equal(Math.min(...answered.map(({ revision }) => revision)) > before, true, "no revision twice");
    const { oldest, changes } = await knownHistory(store);
    assert.equal(changes.size, now - oldest);
    for (const { key, revision, value } of answered) {
      const entry = await store.get(key);
      const change = changes.get(revision);
      if (revision > oldest) assert.deepEqual([change?.key, textOf(change?.entry)], [key, value]);
      else if (value !== undefined && entry?.modRevision === revision) assert.equal(textOf(entry), value);
    }
    await judgeLast(store, answered);
    return now;
  } finally {
    await store.close();
  }
}

/** Whatever stands under a key is its last answered write, or the one write after it that had no answer. */
async function judgeLast(store: ReturnType<typeof openSqliteStore>, answered: readonly Answered[]): Promise<void> {
  const last = new Map(answered.map((one) => [one.key, one]));
  for (const { key, revision, value } of last.values()) {
    const entry = await store.get(key);
    const { changes } = await knownHistory(store);
    const later = [...changes.values()].filter((change) => change.key === key && change.revision > revision);
    assert.ok(later.length <= 1, `${later.length} writes of ${key} without an answer`);
    if (later.length === 0) assert.equal(textOf(entry), value);
  }
}
