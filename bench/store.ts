import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSqliteStore } from "#store/sqlite.ts";

const valueBytes = 2048;
const seconds = 2;
const rounds = 3;

export interface StoreRow {
  readonly writers: number;
  /** Creates of 2 KB a second, median of the rounds. */
  readonly ours: number;
  /** The same rows in the same SQLite with the same durability, but a transaction each. */
  readonly plain: number;
  readonly ratio: number;
}

/** Creates a second in the SQLite store, beside SQLite without group commit, turn by turn in one run. */
export async function run(): Promise<readonly StoreRow[]> {
  const rows: StoreRow[] = [];
  for (const writers of [1, 32]) {
    const ours: number[] = [];
    const plain: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await measure(writers, storeCreates));
      plain.push(await measure(writers, plainCreates));
    }
    const row = { writers, ours: median(ours), plain: median(plain), ratio: median(ours) / median(plain) };
    rows.push(row);
    console.log(
      `store: ${String(writers).padStart(2)} writers: ${row.ours.toFixed(0)} creates/s, ` +
        `a transaction each ${row.plain.toFixed(0)}/s, ratio ${row.ratio.toFixed(2)}`,
    );
  }
  return rows;
}

interface Creates {
  readonly create: (key: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

async function measure(writers: number, open: (file: string) => Creates): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "portolan-bench-store-"));
  const subject = open(join(folder, "store.db"));
  try {
    const begin = performance.now();
    let count = 0;
    const write = async (): Promise<void> => {
      while (performance.now() - begin < seconds * 1000) {
        count += 1;
        await subject.create(`/registry/pods/default/pod-${(count * 7919) % 1_000_003}-${count}`);
      }
    };
    await Promise.all(Array.from({ length: writers }, write));
    return (count / (performance.now() - begin)) * 1000;
  } finally {
    await subject.close();
    rmSync(folder, { recursive: true });
  }
}

function storeCreates(file: string): Creates {
  const store = openSqliteStore(file);
  const create = async (key: string): Promise<void> => {
    const answer = await store.write({ key, value: new Uint8Array(valueBytes).fill(97), expect: 0 });
    if (answer.kind !== "done") throw new Error(`${key} exists already`);
  };
  return { create, close: () => store.close() };
}

function plainCreates(file: string): Creates {
  const database = new DatabaseSync(file);
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE entry (revision INTEGER PRIMARY KEY, key TEXT UNIQUE, value BLOB)",
  );
  const insert = database.prepare("INSERT INTO entry (key, value) VALUES (?, ?)");
  const create = async (key: string): Promise<void> => {
    // A turn each, as requests have.
    await new Promise(setImmediate);
    insert.run(key, new Uint8Array(valueBytes).fill(97));
  };
  return { create, close: async () => database.close() };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
