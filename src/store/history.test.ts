import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Journal, JournaledStore, type StoreOptions, storeDefaults } from "./journaled-store.ts";
import { openSqliteStore } from "./sqlite.ts";
import type { Store } from "./store.ts";
import { type Forgetting, Timeline } from "./timeline.ts";

const quick: StoreOptions = { ...storeDefaults, tendEveryMs: 2 };

/** A store whose clock is set by hand, and what its commits forgot. */
function inMemory(options: Partial<StoreOptions> = {}, onCommit: () => void = () => {}) {
  const clock = { seconds: 0 };
  const forgotten: Forgetting[] = [];
  const journal: Journal = {
    commit(_, forgetting) {
      onCommit();
      if (forgetting !== undefined) forgotten.push(forgetting);
    },
    shrink: () => false,
    sizeBytes: () => 0,
    close: () => {},
  };
  const store = new JournaledStore(new Timeline([], 0), journal, { ...quick, clock: () => clock.seconds, ...options });
  return { store, clock, forgotten };
}

async function write(store: Store, count: number, length = 10): Promise<void> {
  const revision = await store.revision();
  for (let i = 1; i <= count; i++) {
    const expect = (await store.get("key"))?.modRevision ?? 0;
    const answer = await store.write({ key: "key", value: new Uint8Array(length), expect });
    assert.deepEqual(answer, { kind: "done", revision: revision + i });
  }
}

/** Waits until the store's history begins there. */
async function oldestIs(store: Store, oldest: number): Promise<void> {
  while ((await store.status()).oldest !== oldest) await new Promise((resolve) => setTimeout(resolve, 1));
}

test("what is older than five minutes is forgotten when nobody writes, too, and what is younger is kept", {
  timeout: 20_000,
}, async (t) => {
  const { store, clock } = inMemory();
  t.after(() => store.close());
  await write(store, 10);
  clock.seconds = 200;
  await write(store, 10);
  clock.seconds = 299;
  await write(store, 1);
  assert.equal((await store.status()).oldest, 0);
  clock.seconds = 301;
  await oldestIs(store, 10);
  await store.range("", { at: 10 });
  await assert.rejects(store.range("", { at: 9 }), { code: "Compacted" });
  clock.seconds = 501;
  await oldestIs(store, 20);
  clock.seconds = 10_000;
  await oldestIs(store, 21);
});

test("a long past is forgotten step by step: no commit has to take away much, and writes come between", {
  timeout: 20_000,
}, async (t) => {
  let [commits, isForgetting, between] = [0, false, 0];
  const { store, clock, forgotten } = inMemory({ tendEveryMs: 1_000_000 }, () => {
    commits += 1;
  });
  t.after(() => store.close());
  await Promise.all(
    Array.from({ length: 20_000 }, (_, i) => store.write({ key: `key/${i}`, value: new Uint8Array(3), expect: 0 })),
  );
  for (let i = 1; i <= 20_000; i += 1000)
    await Promise.all(
      Array.from({ length: 1000 }, (_, j) => store.write({ key: `key/${i + j - 1}`, value: undefined, expect: i + j })),
    );
  clock.seconds = 1000;
  commits = 0;
  isForgetting = true;
  const compacted = store.compact(40_000).then(() => {
    isForgetting = false;
  });
  while (isForgetting) {
    await store.write({ key: `new/${between}`, value: new Uint8Array(3), expect: 0 });
    if (isForgetting) between += 1;
  }
  await compacted;
  assert.ok(between > 20, `${between} writes came between`);
  assert.ok(commits > 40, `${commits} commits`);
  const most = Math.max(...forgotten.map(({ revisions }) => revisions.length));
  assert.ok(most <= 2 * (250 + 2), `${most} rows at once`);
  assert.equal((await store.range("key/")).entries.length, 0);
});

test("the past stays within its bounds while a thousand writers are at it", { timeout: 60_000 }, async (t) => {
  const { store } = inMemory({ historyChanges: 5000, historyBytes: 4 << 20 });
  t.after(() => store.close());
  for (let round = 0; round < 30; round++) {
    const value = new Uint8Array(round % 2 === 0 ? 10 : 4000);
    await Promise.all(
      Array.from({ length: 1000 }, async (_, i) => {
        const key = `key/${i}`;
        const expect = (await store.get(key))?.modRevision ?? 0;
        await store.write({ key, value, expect });
      }),
    );
    const { revision, oldest, historyBytes } = await store.status();
    // What one turn wrote may be above, until the next one.
    assert.ok(revision - oldest <= 6000, `${revision - oldest} changes`);
    assert.ok(historyBytes <= (4 << 20) + 1000 * 4400, `${historyBytes} bytes`);
  }
});

test("a file whose content has gone shrinks by itself, step by step, and is whole", { timeout: 60_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "portolan-history-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "store.db");
  const clock = { seconds: 0 };
  const store = openSqliteStore(file, { ...quick, clock: () => clock.seconds });
  const value = new Uint8Array(10_000).fill(7);
  await Promise.all(Array.from({ length: 2000 }, (_, i) => store.write({ key: `key/${i}`, value, expect: 0 })));
  const full = statSync(file).size;
  assert.ok(full > 15_000_000, `${full} bytes`);
  await Promise.all(
    Array.from({ length: 1990 }, (_, i) => store.write({ key: `key/${i}`, value: undefined, expect: i + 1 })),
  );
  clock.seconds = 301;
  await oldestIs(store, 3990);
  // The last step is in the log until that is copied.
  while (statSync(file).size > full / 5) {
    await store.write({ key: "pulse", value, expect: (await store.get("pulse"))?.modRevision ?? 0 });
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const { revision } = await store.status();
  await store.close();
  const again = openSqliteStore(file);
  t.after(() => again.close());
  assert.equal(await again.revision(), revision);
  assert.equal((await again.range("key/")).entries.length, 10);
});
