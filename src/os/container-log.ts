import { constants, type FSWatcher, watch } from "node:fs";
import { type FileHandle, link, open, rm, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { hasCode } from "./files.ts";

/**
 * One record of a log in the format that the Container Runtime Interface asks for: `TIME STREAM TAG TEXT`, where the tag `P`
 * says that the line goes on in the stream's next record, and `F` that it ends here.
 */
export interface LogRecord {
  /** RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly stream: "stdout" | "stderr";
  readonly ends: boolean;
  readonly text: Buffer;
}

/** Reads one record, without its newline; undefined where it is none (a machine that went down left a torn one). */
export function parseLogRecord(line: Buffer): LogRecord | undefined {
  const afterTime = line.indexOf(0x20);
  const afterStream = line.indexOf(0x20, afterTime + 1);
  const afterTag = line.indexOf(0x20, afterStream + 1);
  if (afterTime < 0 || afterStream < 0) return undefined;
  const stream = line.toString("latin1", afterTime + 1, afterStream);
  const tag = line.toString("latin1", afterStream + 1, afterTag < 0 ? line.length : afterTag);
  if ((stream !== "stdout" && stream !== "stderr") || (tag !== "F" && tag !== "P")) return undefined;
  const text = afterTag < 0 ? Buffer.alloc(0) : line.subarray(afterTag + 1);
  return { time: line.toString("latin1", 0, afterTime), stream, ends: tag === "F", text };
}

export interface LogOptions {
  /** Only the last so many lines of what is there now, or only a last one that has not ended. */
  readonly tailLines?: number | "unfinished";
  /** Only records written at that time or later. */
  readonly since?: Date;
  /** Ends after so many bytes of output. */
  readonly limitBytes?: number;
  /** Every line begins with its time, written as the kubelet writes it: UTC is `Z`, not conmon's `+00:00`. */
  readonly timestamps?: boolean;
  readonly stream?: "stdout" | "stderr";
  /** Goes on with what is written later; once this is aborted (the container has ended), only to the end of what is there. */
  readonly follow?: AbortSignal;
}

/** What the container wrote, in pieces of some kilobytes. Nothing where there is no such log. */
export async function* readLog(path: string, options: LogOptions = {}): AsyncGenerator<Buffer, void, undefined> {
  yield* await openLog(path, options);
}

/** The same, where it matters that what is written from now on is in it. It has to be read: its files are closed by that. */
export async function openLog(path: string, options: LogOptions): Promise<AsyncGenerator<Buffer, void, undefined>> {
  const changes = options.follow === undefined ? undefined : new Changes(path, options.follow);
  const file = await openIfThere(path);
  const reader = file && new RecordReader(file, await tailStart(file, options.tailLines));
  return piecesOf(path, { file, reader, changes }, new Printer(options));
}

interface OpenLog {
  readonly file: FileHandle | undefined;
  readonly reader: RecordReader | undefined;
  readonly changes: Changes | undefined;
}

async function* piecesOf(path: string, open: OpenLog, printer: Printer): AsyncGenerator<Buffer, void, undefined> {
  const { changes } = open;
  let { file, reader } = open;
  try {
    for (let over = false; !over; ) {
      // Looked at first: what was written before is then read before the end, or before the next file.
      over = changes === undefined || changes.ended;
      const next = changes === undefined ? undefined : await openOther(path, file);
      while (reader !== undefined) {
        const records = await reader.next();
        if (records.length === 0) break;
        const piece = printer.print(records);
        if (piece.length > 0) yield piece;
        if (printer.full) return;
      }
      if (next !== undefined) {
        await file?.close();
        file = next;
        reader = new RecordReader(next, 0);
        over = false;
      } else if (!over) await changes?.wait();
    }
  } finally {
    changes?.close();
    await file?.close();
  }
}

/** Tells of changes of a file, and of others that take its place. */
class Changes {
  readonly #watch: FSWatcher;
  readonly #until: AbortSignal;
  #changed = false;
  #wake = (): void => {};

  constructor(path: string, until: AbortSignal) {
    this.#until = until;
    const name = basename(path);
    this.#watch = watch(dirname(path), (_, changed) => {
      if (changed === name) this.#tell();
    });
    until.addEventListener("abort", this.#tell);
  }

  get ended(): boolean {
    return this.#until.aborted;
  }

  /** Until something has happened since the last wait. */
  async wait(): Promise<void> {
    if (!this.#changed && !this.ended) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#changed = false;
  }

  readonly #tell = (): void => {
    this.#changed = true;
    this.#wake();
  };

  close(): void {
    this.#watch.close();
    this.#until.removeEventListener("abort", this.#tell);
  }
}

const chunkBytes = 64 * 1024;

/** Reads whole records from a file that may grow. */
class RecordReader {
  readonly #file: FileHandle;
  readonly #chunk = Buffer.allocUnsafe(chunkBytes);
  #offset: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(file: FileHandle, offset: number) {
    this.#file = file;
    this.#offset = offset;
  }

  /** Some more lines; none at the present end of the file. */
  async nextLines(): Promise<readonly Buffer[]> {
    const lines: Buffer[] = [];
    while (lines.length === 0) {
      const { bytesRead } = await this.#file.read(this.#chunk, 0, chunkBytes, this.#offset);
      if (bytesRead === 0) return [];
      this.#offset += bytesRead;
      const bytes = Buffer.concat([this.#rest, this.#chunk.subarray(0, bytesRead)]);
      let start = 0;
      for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
        lines.push(bytes.subarray(start, end));
        start = end + 1;
      }
      this.#rest = bytes.subarray(start);
    }
    return lines;
  }

  async next(): Promise<readonly LogRecord[]> {
    for (;;) {
      const lines = await this.nextLines();
      const records = lines.flatMap((line) => parseLogRecord(line) ?? []);
      if (records.length > 0 || lines.length === 0) return records;
    }
  }
}

/** Where the last `lines` lines begin: counted are records that end one, and a last one that has not ended yet. */
async function tailStart(file: FileHandle, lines: LogOptions["tailLines"]): Promise<number> {
  if (lines === undefined) return 0;
  const reader = new RecordReader(file, 0);
  const kept = lines === "unfinished" ? 1 : lines;
  const starts: number[] = [];
  let [offset, begins] = [0, true];
  for (let chunk = await reader.nextLines(); chunk.length > 0; chunk = await reader.nextLines()) {
    for (const line of chunk) {
      if (begins) starts.push(offset);
      begins = parseLogRecord(line)?.ends ?? true;
      offset += line.length + 1;
    }
    starts.splice(0, starts.length - kept);
  }
  return kept === 0 || (lines === "unfinished" && begins) ? offset : (starts[0] ?? offset);
}

/** Turns records into what the reader of the log sees. */
class Printer {
  readonly #options: LogOptions;
  #left: number;
  readonly #unfinished = new Set<string>();

  constructor(options: LogOptions) {
    this.#options = options;
    this.#left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  }

  get full(): boolean {
    return this.#left <= 0;
  }

  print(records: readonly LogRecord[]): Buffer {
    const { since, stream, timestamps } = this.#options;
    const pieces: Buffer[] = [];
    for (const record of records) {
      if (stream !== undefined && record.stream !== stream) continue;
      if (since !== undefined && Date.parse(record.time) < since.getTime()) continue;
      if (timestamps && !this.#unfinished.has(record.stream))
        pieces.push(Buffer.from(`${record.time.replace(/\+00:00$/, "Z")} `));
      pieces.push(record.text);
      if (record.ends) pieces.push(newline);
      if (record.ends) this.#unfinished.delete(record.stream);
      else this.#unfinished.add(record.stream);
    }
    const whole = Buffer.concat(pieces);
    const piece = whole.subarray(0, Math.min(whole.length, this.#left));
    this.#left -= piece.length;
    return piece;
  }
}
const newline = Buffer.from("\n");

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (fault) {
    if (hasCode(fault, "ENOENT")) return undefined;
    throw fault;
  }
}

/** The file that has this name now, where it is another than the one that is open. */
async function openOther(path: string, file: FileHandle | undefined): Promise<FileHandle | undefined> {
  const other = await openIfThere(path);
  if (other === undefined || file === undefined) return other;
  const [now, before] = await Promise.all([other.stat(), file.stat()]);
  if (now.ino !== before.ino) return other;
  await other.close();
  return undefined;
}

/** A log is moved on at this size; one older piece is kept, as `log.1`. */
const rotateBytes = 10 * 1024 * 1024;

/**
 * Has a container's conmon begin a new log where the present one has grown long, by a word on its control pipe. Until it does,
 * and where it has ended meanwhile, the log stays where it is. Followers read the old file to its end.
 */
export async function rotateLog(path: string, control: string, limitBytes = rotateBytes): Promise<void> {
  try {
    if ((await stat(path)).size < limitBytes) return;
    await rm(`${path}.1`, { force: true });
    await link(path, `${path}.1`);
  } catch (fault) {
    // conmon has not begun to write yet, or the container is being removed.
    if (hasCode(fault, "ENOENT")) return;
    throw fault;
  }
  await tellConmon(control, "2 0 0\n");
}

/** Says something on a conmon's control pipe; nothing happens where it has ended. */
export async function tellConmon(control: string, words: string): Promise<void> {
  try {
    const pipe = await open(control, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      await pipe.write(words);
    } finally {
      await pipe.close();
    }
  } catch (fault) {
    // Nobody reads it, or no longer: conmon has ended with its container.
    if (!hasCode(fault, "ENOENT", "ENXIO", "EPIPE")) throw fault;
  }
}
