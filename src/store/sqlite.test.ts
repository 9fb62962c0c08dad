import assert from "node:assert/strict";
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { memoryFolder } from "../../test/harness/memory-folder.ts";
import { bytes, showEntry, writeOf } from "./conformance/subject.ts";
import { conformance } from "./conformance.ts";
import { storeDefaults } from "./journaled-store.ts";
import { openSqliteStore } from "./sqlite.ts";
import type { Store } from "./store.ts";

const options = { ...storeDefaults, progressAfterMs: 2 };

conformance({
  name: "sqlite",
  outlivesClose: true,
  fresh: async (t) => {
    const file = await freshFile(t);
    const opened: Store[] = [];
    t.after(() => Promise.all(opened.map((store) => store.close())));
    const open = (): Store => {
      const store = openSqliteStore(file, options);
      opened.push(store);
      return store;
    };
    return { store: open(), reopen: async () => open() };
  },
});

async function freshFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(memoryFolder() ?? tmpdir(), "portolan-store-"));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, "store.db");
}

/** A store with a, b and c, closed again. */
async function writtenFile(t: TestContext): Promise<string> {
  const file = await freshFile(t);
  const store = openSqliteStore(file, options);
  await Promise.all(["a", "b", "c"].map((key) => store.write(writeOf([key, `value of ${key}`, 0]))));
  await store.write(writeOf(["c", "newer", 3]));
  await store.compact(3);
  await store.close();
  return file;
}

test("sqlite: a file that is open can't be opened again, and says so by name", async (t) => {
  const file = await freshFile(t);
  const store = openSqliteStore(file);
  t.after(() => store.close());
  await store.write(writeOf(["a", "1", 0]));
  const refusal = { code: "StoreLocked", where: file, message: `the store ${file} is open in another process` };
  assert.throws(() => openSqliteStore(file), refusal);
  assert.deepEqual(await store.write(writeOf(["a", "2", 1])), { kind: "done", revision: 2 });
});

test("sqlite: the file is its owner's alone", async (t) => {
  const file = await freshFile(t);
  const store = openSqliteStore(file);
  t.after(() => store.close());
  await store.write(writeOf(["secret", "1", 0]));
  assert.deepEqual(
    [file, `${file}-wal`].map((path) => statSync(path).mode & 0o777),
    [0o600, 0o600],
  );
});

interface Refusal {
  readonly name: string;
  /** What is done to a file with a, b and c. */
  readonly sql: string;
  readonly code: string;
  readonly says: RegExp;
}

const refusals: readonly Refusal[] = [
  {
    name: "a later version's",
    sql: "PRAGMA user_version = 3",
    code: "StoreNewer",
    says: /has format 3; this program knows formats up to 2/,
  },
  { name: "another program's", sql: "PRAGMA application_id = 7", code: "StoreUnreadable", says: /another program's/ },
  {
    name: "that does not know its compaction",
    sql: "DELETE FROM compaction",
    code: "StoreUnreadable",
    says: /where its history begins/,
  },
  {
    name: "without one of its entries",
    sql: "DELETE FROM change WHERE key = 'a'",
    code: "StoreUnreadable",
    says: /2 entries at revision 3, where there were 3/,
  },
  {
    name: "without a revision in its history",
    sql: "UPDATE change SET revision = 5 WHERE revision = 4",
    code: "StoreUnreadable",
    says: /revision 5 does not fit its checksum/,
  },
  {
    name: "with a value that was changed behind its back",
    sql: "UPDATE change SET value = x'00' WHERE key = 'a'",
    code: "StoreUnreadable",
    says: /revision 1 does not fit its checksum/,
  },
];

for (const { name, sql, code, says } of refusals) {
  test(`sqlite: a file ${name} is refused by name and left as it is`, async (t) => {
    const file = await writtenFile(t);
    const database = new DatabaseSync(file);
    database.exec(sql);
    database.close();
    const before = readFileSync(file);
    assert.throws(() => openSqliteStore(file), { code, where: file, message: says });
    assert.deepEqual(readFileSync(file), before);
  });
}

test("sqlite: a file that is no database is refused", async (t) => {
  const file = await freshFile(t);
  writeFileSync(file, "apiVersion: v1\nkind: List\n".repeat(400));
  assert.throws(() => openSqliteStore(file), { code: "StoreUnreadable", where: file });
});

test("sqlite: a folder that does not exist is named", () => {
  assert.throws(() => openSqliteStore("/nonexistent/portolan/store.db"), {
    code: "StoreUnwritable",
    message: /ENOENT/,
  });
});

test("sqlite: history is kept within its limits, in memory and in the file", async (t) => {
  const file = await freshFile(t);
  const store = openSqliteStore(file, { ...options, historyChanges: 50, historyBytes: 30_000 });
  t.after(() => store.close());
  for (let revision = 0; revision < 300; revision += 3) {
    await store.write(writeOf(["a", "x", 0]));
    await store.write(writeOf(["a", "xx", revision + 1]));
    await store.write(writeOf(["a", undefined, revision + 2]));
  }
  await store.range("", { at: 300 - 50 });
  await assert.rejects(store.range("", { at: 300 - 60 }), { code: "Compacted" });
  assert.ok(rowsOf(file) <= 60, "by number");
  for (let revision = 300; revision < 330; revision += 1) {
    await store.write({ key: "a", value: bytes("y".repeat(2000)), expect: revision === 300 ? 0 : revision });
  }
  await assert.rejects(store.range("", { at: 315 }), { code: "Compacted" });
  await store.close();
  assert.ok(rowsOf(file) <= 14, "by size");
});

/** How many rows stand in a copy of the file, which itself may be open. */
function rowsOf(file: string): number {
  for (const end of ["", "-wal"]) if (existsSync(file + end)) copyFileSync(file + end, `${file}-copy${end}`);
  const database = new DatabaseSync(`${file}-copy`);
  try {
    return Number(database.prepare("SELECT count(*) AS count FROM change").get()?.count);
  } finally {
    database.close();
  }
}

test("sqlite: 20,000 entries are there again", async (t) => {
  const file = await freshFile(t);
  const store = openSqliteStore(file, options);
  const value = bytes("x".repeat(2000));
  await Promise.all(Array.from({ length: 20_000 }, (_, i) => store.write({ key: `pods/${i}`, value, expect: 0 })));
  await store.close();
  const again = openSqliteStore(file, options);
  t.after(() => again.close());
  assert.equal((await again.range("pods/", { limit: 0 })).remaining, 20_000);
  assert.equal(showEntry(await again.get("pods/19999")).slice(0, 12), "pods/19999=x");
});
