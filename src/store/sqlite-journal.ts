import { statSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { StoreUnreadable } from "./faults.ts";
import type { Journal } from "./journaled-store.ts";
import { openDatabase, troubleOf, writingFault } from "./sqlite-file.ts";
import type { Change, Entry } from "./store.ts";
import { type Forgetting, Timeline } from "./timeline.ts";

/** A file gives room back when a quarter of it is unused: what comes next would only have to take it again. */
const unusedShare = 4;
/** Pages of 16 KiB that are given back at once, which takes a few milliseconds; and as many may always be unused. */
const fewPages = 64;

/** The changes in an SQLite file: one row each, appended, and deleted by its revision when nothing shows it any more. */
export class SqliteJournal implements Journal {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #append: StatementSync;
  readonly #forget: StatementSync;
  readonly #compacted: StatementSync;
  readonly #end: StatementSync;
  readonly #room: StatementSync;

  constructor(file: string) {
    this.#file = file;
    this.#database = openDatabase(file);
    this.#begin = this.#database.prepare("BEGIN IMMEDIATE");
    this.#append = this.#database.prepare(
      "INSERT INTO change (revision, key, create_revision, deleted, checksum, value) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#forget = this.#database.prepare("DELETE FROM change WHERE revision = ?");
    this.#compacted = this.#database.prepare("UPDATE compaction SET oldest = ?, entries = ?");
    this.#end = this.#database.prepare("COMMIT");
    this.#room = this.#database.prepare(
      "SELECT page_count AS pages, freelist_count AS unused FROM pragma_page_count, pragma_freelist_count",
    );
  }

  /** What the file holds. Throws `StoreUnreadable`, with the file closed, where it is not whole. */
  load(): Timeline {
    try {
      return loadTimeline(this.#database, this.#file);
    } catch (error) {
      this.#database.close();
      if (troubleOf(error) === undefined) throw error;
      throw new StoreUnreadable(this.#file, error instanceof Error ? error.message : String(error), error);
    }
  }

  commit(changes: readonly Change[], forgetting: Forgetting | undefined): void {
    try {
      this.#begin.run();
      for (const change of changes) this.#append.run(...rowOf(change));
      for (const revision of forgetting?.revisions ?? []) this.#forget.run(revision);
      if (forgetting !== undefined) this.#compacted.run(forgetting.oldest, forgetting.entries);
      this.#end.run();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw writingFault(this.#file, error);
    }
  }

  /** Puts into a new file what stands at `revision`, of which it then knows no history. Throws `StoreUnwritable`. */
  async fill(entries: AsyncIterable<Entry>, revision: number): Promise<void> {
    try {
      this.#begin.run();
      let count = 0;
      for await (const entry of entries) {
        const { key, modRevision } = entry;
        this.#append.run(...rowOf({ key, revision: modRevision, entry, previous: undefined }));
        count += 1;
      }
      this.#compacted.run(revision, count);
      this.#end.run();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw troubleOf(error) === undefined ? error : writingFault(this.#file, error);
    }
  }

  /** Copies the log into the file and works without one from now on; nobody else can have the file until `close`. */
  becomeOneFile(): void {
    this.#database.exec("PRAGMA journal_mode = DELETE");
  }

  shrink(): boolean {
    try {
      const { pages = 0, unused = 0 } = this.#room.get() ?? {};
      if (Number(unused) * unusedShare < Number(pages) || Number(unused) < fewPages) return false;
      this.#database.exec(`PRAGMA incremental_vacuum(${fewPages})`);
      return true;
    } catch (error) {
      if (troubleOf(error) === undefined) throw error;
      return false; // a full disk has no room for the log of that; it is tried again later
    }
  }

  sizeBytes(): number {
    return statSync(this.#file).size + (statSync(`${this.#file}-wal`, { throwIfNoEntry: false })?.size ?? 0);
  }

  close(): void {
    this.#database.close();
  }
}

type Row = readonly [
  revision: number,
  key: string,
  createRevision: number,
  deleted: number,
  checksum: number,
  value: Uint8Array | null,
];

function rowOf({
  key,
  revision,
  entry,
  previous,
}: Change): [number, string, number, number, number, Uint8Array | null] {
  const createRevision = entry?.createRevision ?? previous?.createRevision ?? revision;
  const deleted = entry === undefined ? 1 : 0;
  const value = entry?.value ?? null;
  return [
    revision,
    key,
    createRevision,
    deleted,
    checksumOf([revision, key, createRevision, deleted, 0, value]),
    value,
  ];
}

// SQLite vouches for its own commits; this tells a page that somebody else has put back, and a bit that the disk has turned.
function checksumOf([revision, key, createRevision, deleted, , value]: Row): number {
  const head = crc32(`${revision} ${createRevision} ${deleted} ${key}`);
  return value === null ? head : crc32(value, head);
}

function loadTimeline(database: DatabaseSync, file: string): Timeline {
  const compaction = database.prepare("SELECT oldest, entries FROM compaction").get();
  const oldest = compaction?.oldest;
  if (typeof oldest !== "number") throw new StoreUnreadable(file, "it does not say where its history begins");
  const live = rowsWhere(database, `revision <= ${oldest}`, file).map((row) => liveEntry(row, file));
  const timeline = new Timeline([...live], oldest);
  const { remaining: found } = timeline.range("", { limit: 0 });
  if (found !== compaction?.entries) {
    throw new StoreUnreadable(file, `${found} entries at revision ${oldest}, where there were ${compaction?.entries}`);
  }
  for (const row of rowsWhere(database, `revision > ${oldest}`, file)) {
    const [revision, key] = row;
    if (revision !== timeline.revision + 1) {
      throw new StoreUnreadable(file, `revision ${timeline.revision + 1} is missing: ${revision} comes next`);
    }
    timeline.apply({ key, revision, entry: entryOf(row), previous: timeline.get(key) });
  }
  return timeline;
}

function liveEntry(row: Row, file: string): Entry {
  const entry = entryOf(row);
  if (entry === undefined) throw new StoreUnreadable(file, `revision ${row[0]}, a deletion, outlived its compaction`);
  return entry;
}

function* rowsWhere(database: DatabaseSync, condition: string, file: string): Generator<Row> {
  const rows = database.prepare(
    `SELECT revision, key, create_revision, deleted, checksum, value FROM change WHERE ${condition} ORDER BY revision`,
  );
  rows.setReturnArrays(true);
  for (const cells of rows.iterate()) yield parseRow(cells, file);
}

function entryOf([revision, key, createRevision, deleted, , value]: Row): Entry | undefined {
  return deleted === 1 ? undefined : { key, value: value ?? new Uint8Array(), createRevision, modRevision: revision };
}

function parseRow(cells: unknown, file: string): Row {
  const [revision, key, createRevision, deleted, checksum, value]: readonly unknown[] = Array.isArray(cells)
    ? cells
    : [];
  if (
    typeof revision === "number" &&
    typeof key === "string" &&
    typeof createRevision === "number" &&
    typeof deleted === "number" &&
    typeof checksum === "number" &&
    (value === null || value instanceof Uint8Array)
  ) {
    const row: Row = [revision, key, createRevision, deleted, checksum, value];
    if (checksumOf(row) === checksum) return row;
  }
  throw new StoreUnreadable(file, `revision ${String(revision)} does not fit its checksum`);
}
