import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { StoreLocked, StoreNewer, StoreUnreadable, StoreUnwritable } from "./faults.ts";

// "Ptln" in ASCII: tells our files from other programs' databases.
const applicationId = 0x50746c6e;

/**
 * Each brings the file from the format before it to its own; the first makes a new file. Later versions append. Wherever one is cut off,
 * the file is readable, of the format that it says, and begins anew with the same statements.
 */
const migrations: readonly (readonly string[])[] = [
  // One row a change. `compaction` says from which revision on every change is there, and how many entries there were then: whoever
  // loads the file can prove that nothing is missing.
  [
    "BEGIN IMMEDIATE",
    `CREATE TABLE change (
       revision INTEGER PRIMARY KEY,
       key TEXT NOT NULL,
       create_revision INTEGER NOT NULL,
       deleted INTEGER NOT NULL,
       checksum INTEGER NOT NULL,
       value BLOB
     ) STRICT`,
    "CREATE TABLE compaction (oldest INTEGER NOT NULL, entries INTEGER NOT NULL) STRICT",
    "INSERT INTO compaction VALUES (0, 0)",
    `PRAGMA application_id = ${applicationId}`,
    "PRAGMA user_version = 1",
    "COMMIT",
  ],
  // Room that nothing takes any more can be given back, page by page. New files are made so; an old one has to be written anew once.
  ["PRAGMA auto_vacuum = INCREMENTAL", "VACUUM", "PRAGMA user_version = 2"],
];

/** Opens `file` for this process alone, in a mode in which a commit is on disk, and brings it to the present format. */
export function openDatabase(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    // Secrets are in there. SQLite gives its log the same mode.
    closeSync(openSync(file, "a", 0o600));
    database = new DatabaseSync(file);
    prepareDatabase(database, file);
    return database;
  } catch (error) {
    database?.close();
    throw openingFault(file, error);
  }
}

function prepareDatabase(database: DatabaseSync, file: string): void {
  // Taken with the first access and held until close. It also keeps the log's index in memory instead of a mapped file.
  database.exec("PRAGMA locking_mode = EXCLUSIVE");
  const format = formatOf(database, file);
  if (format > migrations.length) throw new StoreNewer(file, format, migrations.length);
  // Objects are around 2 KB: with the default of 4 KB only one would fit on a page. Saying the second again would write into the file.
  if (format === 0) database.exec("PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL");
  // fullfsync is what fsync means on macOS. The log is copied into the file every 256 pages (4 MB), so that no writer waits long for
  // that; the size limit, in bytes, is that of a log which a burst left behind.
  database.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;
     PRAGMA wal_autocheckpoint = 256; PRAGMA journal_size_limit = 16777216`,
  );
  demand(database, file, { journal_mode: "wal", synchronous: 2, locking_mode: "exclusive" });
  for (const statements of migrations.slice(format)) for (const statement of statements) database.exec(statement);
}

function formatOf(database: DatabaseSync, file: string): number {
  const format = Number(pragma(database, "user_version"));
  const owner = Number(pragma(database, "application_id"));
  const tables = Number(database.prepare("SELECT count(*) AS count FROM sqlite_schema").get()?.count);
  if (owner !== applicationId && (owner !== 0 || tables > 0)) {
    throw new StoreUnreadable(file, "it is another program's database");
  }
  return format;
}

/** An answered write must be on disk: a build of SQLite that will not promise that is refused. */
function demand(database: DatabaseSync, file: string, wanted: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(wanted)) {
    const found = pragma(database, name);
    if (found !== value) {
      const what = `${name} is ${found}, and not ${value}`;
      throw new StoreUnwritable(file, { what, fix: "put it on a local file system", cause: undefined });
    }
  }
}

const pragma = (database: DatabaseSync, name: string): unknown => database.prepare(`PRAGMA ${name}`).get()?.[name];

function openingFault(file: string, error: unknown): Error {
  if (error instanceof StoreNewer || error instanceof StoreUnreadable || error instanceof StoreUnwritable) return error;
  switch (troubleOf(error)) {
    case "BUSY":
      return new StoreLocked(file, error);
    case "CORRUPT":
    case "NOTADB":
      return new StoreUnreadable(file, textOf(error), error);
    default:
      return writingFault(file, error);
  }
}

/** The fault that SQLite's or the file system's error stands for while something is written. */
export function writingFault(file: string, error: unknown): StoreUnwritable {
  return new StoreUnwritable(file, { what: textOf(error), fix: fixes[troubleOf(error) ?? "other"], cause: error });
}

type Trouble = "BUSY" | "READONLY" | "IOERR" | "CORRUPT" | "FULL" | "NOTADB";

const fixes: Readonly<Record<Trouble | "other", string>> = {
  FULL: "free space on its file system; writes go on by themselves then",
  READONLY: "make the file, its folder and its file system writable; writes go on by themselves then",
  IOERR: "look at the kernel's messages about its disk (`dmesg`); every write tries again",
  BUSY: "another program has taken the file; stop it",
  CORRUPT: "the file is damaged: stop the program and restore the file from a copy",
  NOTADB: "the file is damaged: stop the program and restore the file from a copy",
  other: "make sure that its folder exists and may be written to",
};

// Source: sqlite.org/rescode.html, primary result codes: the low eight bits.
const troubles: ReadonlyMap<number, Trouble> = new Map([
  [5, "BUSY"],
  [8, "READONLY"],
  [10, "IOERR"],
  [11, "CORRUPT"],
  [13, "FULL"],
  [26, "NOTADB"],
]);

/** What SQLite complains of; undefined where the error is not SQLite's, or of another sort. */
export function troubleOf(error: unknown): Trouble | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return undefined;
  return troubles.get(error.errcode & 255);
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
