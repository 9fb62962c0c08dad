import { randomBytes } from "node:crypto";
import { type FileHandle, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Whether a fault of the file system carries one of these codes: `ENOENT`, `EEXIST`, … */
export const hasCode = (fault: unknown, ...codes: readonly string[]): boolean =>
  fault instanceof Error && "code" in fault && typeof fault.code === "string" && codes.includes(fault.code);

/** What the file holds; undefined where there is no such file, or where it belongs to a process that has gone (`/proc`). */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (fault) {
    if (hasCode(fault, "ENOENT", "ENOTDIR", "ESRCH")) return undefined;
    throw fault;
  }
}

/** The names in a folder, sorted; none where there is no such folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (fault) {
    if (hasCode(fault, "ENOENT", "ENOTDIR")) return [];
    throw fault;
  }
}

export interface WriteOptions {
  /** Permission bits; 0o644 where absent. */
  readonly mode?: number;
  /** Whether it must outlive a power cut, which costs a flush of the disk. */
  readonly durable?: boolean;
}

/** Readers see the old text or the new one, never a part; also when this process is killed in between. */
export async function writeWhole(path: string, text: string | Uint8Array, options: WriteOptions = {}): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  let file: FileHandle | undefined;
  try {
    file = await open(draft, "wx", options.mode ?? 0o644);
    await file.writeFile(text);
    if (options.durable) await file.sync();
    await file.close();
    file = undefined;
    await rename(draft, path);
  } finally {
    await file?.close();
    await rm(draft, { force: true });
  }
}

/** How many characters are written at once. */
const chunkLength = 1 << 20;

/** As `writeWhole`, of lines that come one by one: durable, its name in the folder too, and nothing of it where they end in a fault. */
export async function writeLines(path: string, lines: AsyncIterable<string>, mode: number): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  await using unlessDone = new AsyncDisposableStack();
  unlessDone.defer(() => rm(draft, { force: true }));
  const file = unlessDone.adopt(await open(draft, "wx", mode), (one) => one.close());
  let chunk = "";
  for await (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < chunkLength) continue;
    await file.writeFile(chunk);
    chunk = "";
  }
  await file.writeFile(chunk);
  await file.sync();
  await rename(draft, path);
  const folder = unlessDone.adopt(await open(dirname(path), "r"), (one) => one.close());
  await folder.sync();
}
