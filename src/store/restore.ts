import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { type BackupHead, BackupReader } from "./backup.ts";
import { BackupUnreadable, StoreUnreadable } from "./faults.ts";
import { troubleOf } from "./sqlite-file.ts";
import { SqliteJournal } from "./sqlite-journal.ts";
import type { Entry } from "./store.ts";

/** What a restore has done. */
export interface Restored {
  readonly head: BackupHead;
  /** Where revisions go on. */
  readonly revision: number;
  /** Where what was there before is kept; undefined where nothing was. */
  readonly kept: string | undefined;
}

export interface RestoreOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The same value, saying that it was written at that revision, where values say so. */
  readonly at: (value: Uint8Array, revision: number) => Uint8Array;
}

/**
 * Puts what a backup holds in the place of the store in `file`, which is kept beside it under another name. Whenever this ends, also by a
 * kill, the store opens as it was or as the backup has it. Throws `BackupUnreadable`, `BackupNewer`, `StoreLocked`, `StoreNewer` and
 * `StoreUnwritable`, and the file system's own faults; nothing has changed then.
 *
 * Revisions go on above the last one that anybody can have seen: above that of the backup, of the present store, and above the number of
 * milliseconds since 1970, for what a store that is lost may have given out after its backup; none gives out a thousand a second for
 * years. Every entry takes a new one, as if it had been written anew, since whoever has seen a later one of the same key may take
 * an earlier one for stale. All history is forgotten, so whoever watched before is told so (410) and reads anew.
 */
export async function restoreStore(file: string, backup: string, { now, at }: RestoreOptions): Promise<Restored> {
  const head = await checkBackup(backup);
  mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
  finishRestore(file);
  using present = claimPresent(file);
  const above = Math.max(head.revision, present.revision, now);
  const draft = `${file}.draft`;
  removeFiles(draft);
  using unlessDone = new DisposableStack();
  unlessDone.defer(() => removeFiles(draft));
  const revision = above + Math.max(head.entries, 1);
  await writeStore(draft, entriesOf(backup, { above, at }), revision);
  flush(draft);
  renameSync(draft, restoredOf(file));
  flush(dirname(file));
  return { head, revision, kept: finishRestore(file) };
}

async function writeStore(file: string, entries: AsyncIterable<Entry>, revision: number): Promise<void> {
  const journal = new SqliteJournal(file);
  try {
    journal.load();
    await journal.fill(entries, revision);
    journal.becomeOneFile();
  } finally {
    journal.close();
  }
}

/** A whole store that only has to be put in its place: from the moment it has this name, the restore counts. */
const restoredOf = (file: string): string => `${file}.restored`;

/** Puts a restored store into its place, if there is one; also where an earlier attempt was cut off. Where the old one is kept. */
export function finishRestore(file: string): string | undefined {
  const restored = restoredOf(file);
  const found = statSync(restored, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const kept = `${file}.before-${found.mtime.toISOString().replace(/[:.]/g, "-")}`;
  const isKept = existsSync(file);
  if (isKept) {
    keep(file, kept);
    // A log that no longer belongs to the file would be read into it.
    keep(`${file}-wal`, `${kept}-wal`);
    rmSync(`${file}-wal`, { force: true });
  }
  renameSync(restored, file);
  flush(dirname(file));
  return isKept ? kept : undefined;
}

function keep(file: string, kept: string): void {
  if (existsSync(file) && !existsSync(kept)) linkSync(file, kept);
}

async function checkBackup(path: string): Promise<BackupHead> {
  const reader = new BackupReader(path);
  try {
    for await (const line of linesOf(path)) reader.read(line);
  } catch (fault) {
    if (!(fault instanceof Error && "syscall" in fault)) throw fault;
    throw new BackupUnreadable(path, fault.message);
  }
  return reader.end();
}

interface Renewal extends Pick<RestoreOptions, "at"> {
  readonly above: number;
}

async function* entriesOf(path: string, { above, at }: Renewal): AsyncGenerator<Entry> {
  const reader = new BackupReader(path);
  let modRevision = above;
  for await (const line of linesOf(path)) {
    const found = reader.read(line);
    if (found.kind !== "entry") continue;
    modRevision += 1;
    yield { ...found.entry, value: at(found.entry.value, modRevision), modRevision };
  }
  reader.end();
}

const linesOf = (path: string): AsyncIterable<string> =>
  createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });

interface Present extends Disposable {
  /** 0 where nobody can tell. */
  readonly revision: number;
}

/** Keeps others from opening the store that is there. One that can't be read nobody opens. */
function claimPresent(file: string): Present {
  if (!existsSync(file)) return { revision: 0, [Symbol.dispose]: () => {} };
  try {
    const journal = new SqliteJournal(file);
    const { revision } = journal.load();
    // Its log must not be taken for that of the file that comes into its place.
    journal.becomeOneFile();
    return { revision, [Symbol.dispose]: () => journal.close() };
  } catch (fault) {
    if (!(fault instanceof StoreUnreadable)) throw fault;
    return { revision: lastOf(file), [Symbol.dispose]: () => {} };
  }
}

/** The last revision that a damaged store still shows. */
function lastOf(file: string): number {
  try {
    using database = new DatabaseSync(file, { readOnly: true });
    const found = database.prepare("SELECT max(revision) AS last FROM change").get()?.last;
    return typeof found === "number" ? found : 0;
  } catch (fault) {
    if (troubleOf(fault) === undefined) throw fault;
    return 0; // it is damaged there, too
  }
}

function removeFiles(file: string): void {
  for (const end of ["", "-wal", "-journal"]) rmSync(`${file}${end}`, { force: true });
}

/** Makes a file, or the names in a folder, outlive a power cut. */
function flush(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
