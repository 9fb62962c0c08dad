import { createHash } from "node:crypto";
import { BackupNewer, BackupUnreadable } from "./faults.ts";
import type { Entry, Range } from "./store.ts";

/** What a backup says of itself in its first line. */
export interface BackupHead {
  /** What it shows is the store at this revision. */
  readonly revision: number;
  readonly entries: number;
  /** When it was taken, as RFC 3339 writes it. */
  readonly taken: string;
}

/** What stands in one line. */
export type BackupLine =
  | { readonly kind: "head"; readonly head: BackupHead }
  | { readonly kind: "entry"; readonly entry: Entry }
  | { readonly kind: "end" };

const format = "portolan-backup";
const version = 1;

/**
 * All lines of a backup, without their ends: a head, an entry each in the order of their keys, and the checksum of all that. What stands
 * under a key is bytes, hence base64; of history nothing is kept.
 */
export function* backupLines({ entries, revision }: Range, taken: string): Generator<string> {
  const checksum = createHash("sha256");
  const summed = (line: object): string => {
    const text = JSON.stringify(line);
    checksum.update(`${text}\n`);
    return text;
  };
  yield summed({ format, version, revision, entries: entries.length, taken });
  for (const { key, value, createRevision, modRevision } of entries) {
    const { buffer, byteOffset, byteLength } = value;
    yield summed({
      key,
      createRevision,
      modRevision,
      value: Buffer.from(buffer, byteOffset, byteLength).toString("base64"),
    });
  }
  yield JSON.stringify({ sha256: checksum.digest("hex") });
}

/** Reads a backup line by line, and vouches for it once `end` has returned. */
export class BackupReader {
  readonly #where: string;
  readonly #checksum = createHash("sha256");
  #head: BackupHead | undefined;
  #found = 0;
  #lastKey = "";
  #isOver = false;

  /** `where`: the file, for faults. */
  constructor(where: string) {
    this.#where = where;
  }

  /** Throws `BackupUnreadable`, `BackupNewer`. */
  read(text: string): BackupLine {
    const line = parsed(text);
    if (line === undefined || this.#isOver) throw this.#unreadable(`line ${this.#found + 2} is none of a backup`);
    if (this.#head === undefined) {
      this.#head = this.#headOf(line);
      this.#checksum.update(`${text}\n`);
      return { kind: "head", head: this.#head };
    }
    if ("sha256" in line) {
      if (line.sha256 !== this.#checksum.digest("hex")) throw this.#unreadable("it does not fit its checksum");
      this.#isOver = true;
      return { kind: "end" };
    }
    this.#checksum.update(`${text}\n`);
    return { kind: "entry", entry: this.#entryOf(line, this.#head) };
  }

  /** Call it behind the last line. Throws `BackupUnreadable` where something is missing; the head otherwise. */
  end(): BackupHead {
    if (this.#head === undefined) throw this.#unreadable("it is empty");
    if (!this.#isOver || this.#found !== this.#head.entries)
      throw this.#unreadable(`it is cut off behind ${this.#found} of ${this.#head.entries} objects`);
    return this.#head;
  }

  #headOf(line: Readonly<Record<string, unknown>>): BackupHead {
    const { revision, entries, taken } = line;
    if (line.format !== format) throw this.#unreadable("it is no backup of Portolan's");
    if (line.version !== version) throw new BackupNewer(this.#where, String(line.version), version);
    if (isCount(revision) && isCount(entries) && typeof taken === "string") return { revision, entries, taken };
    throw this.#unreadable("its first line is incomplete");
  }

  #entryOf(
    { key, createRevision, modRevision, value }: Readonly<Record<string, unknown>>,
    { revision }: BackupHead,
  ): Entry {
    this.#found += 1;
    if (typeof key !== "string" || typeof value !== "string" || !isCount(createRevision) || !isCount(modRevision))
      throw this.#unreadable(`line ${this.#found + 1} is incomplete`);
    if (key <= this.#lastKey || createRevision > modRevision || modRevision > revision)
      throw this.#unreadable(`line ${this.#found + 1} contradicts those before it`);
    this.#lastKey = key;
    return { key, value: Buffer.from(value, "base64"), createRevision, modRevision };
  }

  #unreadable(what: string): BackupUnreadable {
    return new BackupUnreadable(this.#where, what);
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch (fault) {
    if (fault instanceof SyntaxError) return undefined;
    throw fault;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
