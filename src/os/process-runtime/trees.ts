import type { Stats } from "node:fs";
import { chmod, lchown, lstat, mkdir, readlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { hasCode } from "../files.ts";
import { CannotRun } from "./plan.ts";

/** Part of what a container will see below `/`: layers of this machine's folders, the first one the container's own. */
export interface Tree {
  /** Where the container finds it. */
  readonly at: string;
  /** Looked through in this order. New things go into the first; none may, where there is no layer. */
  readonly layers: readonly string[];
}

/**
 * A container's files before they are mounted. Mount points are found and made here, in the layers: in the mounted tree an
 * absolute symlink (`/var/run`) would lead to the machine's own files.
 */
export class Trees {
  readonly #container: string;
  readonly #trees: Tree[] = [];

  constructor(container: string) {
    this.#container = container;
  }

  /** A later tree hides what lies at its place. */
  add(tree: Tree): void {
    this.#trees.push(tree);
  }

  /**
   * Where `path` really is once symlinks are followed, all inside the container. Makes what is missing: folders on the way, and
   * at the end a folder or an empty file. Throws `CannotRun`.
   */
  async place(path: string, kind: "folder" | "file"): Promise<string> {
    const rest = path.split("/");
    let at = "/";
    for (let links = 0; rest.length > 0; ) {
      const name = rest.shift() ?? "";
      const next = join(at, name);
      const found = next === at ? undefined : await this.#find(next);
      if (found?.stats.isSymbolicLink()) {
        if (++links > 40) throw new CannotRun(this.#container, `too many levels of symbolic links: ${path}`);
        const target = await readlink(found.file);
        if (target.startsWith("/")) at = "/";
        rest.unshift(...target.split("/"));
        continue;
      }
      if (found === undefined && next !== at && name !== "..") {
        await this.#make(next, rest.every((later) => later === "") ? kind : "folder", path);
      }
      at = next;
    }
    return at;
  }

  /** The file of this machine to write to for a file of the container; the folders above it are made. */
  async ownFile(path: string): Promise<string> {
    const folder = await this.place(dirname(path), "folder");
    const place = join(folder, basename(path));
    const tree = this.#treeOf(place);
    await this.#copyFolders(tree, dirname(place), path);
    return this.#own(tree, place, path);
  }

  /** Whether something is there, symlinks not followed. */
  async has(path: string): Promise<boolean> {
    return (await this.#find(path)) !== undefined;
  }

  #treeOf(place: string): Tree {
    const tree = this.#trees.findLast(({ at }) => at === "/" || place === at || place.startsWith(`${at}/`));
    if (tree === undefined) throw new RangeError(`no tree holds ${place}`);
    return tree;
  }

  async #find(place: string): Promise<{ readonly file: string; readonly stats: Stats } | undefined> {
    const tree = this.#treeOf(place);
    for (const layer of tree.layers) {
      const file = join(layer, place.slice(tree.at.length));
      const stats = await lstatIfThere(file);
      // An overlay's sign for "not there, whatever lies below".
      if (stats?.isCharacterDevice() && stats.rdev === 0) return undefined;
      if (stats !== undefined) return { file, stats };
    }
    return undefined;
  }

  async #make(place: string, kind: "folder" | "file", path: string): Promise<void> {
    const tree = this.#treeOf(place);
    await this.#copyFolders(tree, dirname(place), path);
    const file = this.#own(tree, place, path);
    try {
      if (kind === "folder") await mkdir(file);
      else await writeFile(file, "", { flag: "wx" });
    } catch (cause) {
      if (hasCode(cause, "EEXIST")) return;
      throw new CannotRun(this.#container, `can't make ${path}: ${describe(cause)}`, { cause });
    }
  }

  // A new folder in the upper layer lends the merged one its owner and mode, so it must have those of the one below.
  async #copyFolders(tree: Tree, folder: string, path: string): Promise<void> {
    if (folder.length <= tree.at.length) return;
    const own = this.#own(tree, folder, path);
    if ((await lstatIfThere(own)) !== undefined) return;
    await this.#copyFolders(tree, dirname(folder), path);
    const below = await this.#find(folder);
    await mkdir(own, { recursive: true });
    if (below === undefined) return;
    await chmod(own, below.stats.mode & 0o7777);
    await lchown(own, below.stats.uid, below.stats.gid);
  }

  #own(tree: Tree, place: string, path: string): string {
    const [own] = tree.layers;
    if (own === undefined) throw new CannotRun(this.#container, `can't make ${path}: ${tree.at} takes no new files`);
    return join(own, place.slice(tree.at.length));
  }
}

async function lstatIfThere(file: string): Promise<Stats | undefined> {
  try {
    return await lstat(file);
  } catch (fault) {
    if (hasCode(fault, "ENOENT", "ENOTDIR")) return undefined;
    throw fault;
  }
}

const describe = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault));
