import { link, mkdir, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { hasCode, namesIn } from "../files.ts";

/** Everything that HAProxy reads when it starts, by file name: `haproxy.cfg`, and what is named in it. */
export type HaproxyFiles = ReadonlyMap<string, string>;

/** Written files: a folder in which HAProxy finds each by its name. */
export interface Generation {
  readonly folder: string;
  readonly files: HaproxyFiles;
}

/**
 * The files of HAProxy, for its owner alone (certificates have keys). Each set lies in a folder of its own, which is whole before anybody is told of
 * it; the link `good` leads to the last that HAProxy has served, and outlives us.
 */
export class Generations {
  readonly #root: string;
  #next = 1;

  constructor(root: string) {
    this.#root = root;
  }

  /** Makes the folder, and takes away what an earlier run has left in it but the last good files. */
  async open(): Promise<void> {
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    await this.#keepOnly([]);
  }

  /** Files that were already written for `before` are not written again. */
  async write(files: HaproxyFiles, before: Generation | undefined): Promise<Generation> {
    const folder = join(this.#root, `${prefix}${this.#next++}`);
    await mkdir(folder, { mode: 0o700 });
    for (const [name, text] of files) {
      if (basename(name) !== name) throw new TypeError(`no file's name: ${name}`);
      const path = join(folder, name);
      if (before?.files.get(name) === text) await link(join(before.folder, name), path);
      else await writeFile(path, text, { mode: 0o600 });
    }
    return { folder, files };
  }

  async discard({ folder }: Generation): Promise<void> {
    await rm(folder, { recursive: true, force: true });
  }

  /** HAProxy has served these: they are what is gone back to. */
  async praise({ folder }: Generation): Promise<void> {
    const draft = join(this.#root, `${good}.new`);
    await rm(draft, { force: true });
    await symlink(basename(folder), draft);
    await rename(draft, join(this.#root, good));
    await this.#keepOnly([basename(folder)]);
  }

  /** What HAProxy has served last, in whichever run of ours; undefined where there is nothing. */
  async lastGood(): Promise<Generation | undefined> {
    const name = await this.#goodName();
    if (name === undefined) return undefined;
    const folder = join(this.#root, name);
    const files = new Map<string, string>();
    for (const file of await namesIn(folder)) files.set(file, await readFile(join(folder, file), "utf8"));
    return files.size === 0 ? undefined : { folder, files };
  }

  async #keepOnly(wanted: readonly string[]): Promise<void> {
    const kept = [...wanted, await this.#goodName()];
    for (const name of await namesIn(this.#root)) {
      if (!name.startsWith(prefix)) continue;
      this.#next = Math.max(this.#next, Number(name.slice(prefix.length)) + 1);
      if (!kept.includes(name)) await rm(join(this.#root, name), { recursive: true, force: true });
    }
  }

  async #goodName(): Promise<string | undefined> {
    try {
      return basename(await readlink(join(this.#root, good)));
    } catch (fault) {
      if (hasCode(fault, "ENOENT")) return undefined;
      throw fault;
    }
  }
}

const prefix = "generation-";
const good = "good";
