import { chmodSync, lchownSync, lstatSync, mkdirSync, readlinkSync, type Stats, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { hasCode } from "../files.ts";
import { CannotRun } from "./plan.ts";

/** Part of what a container will see below `/`. */
export interface Tree {
  /** Where the container finds it. */
  readonly at: string;
  /** The folder of this machine that new things go into; undefined where none may be made. */
  readonly own: string | undefined;
  /** What is seen through it. */
  readonly below: string | undefined;
}

/**
 * A container's files before they are mounted. Mount points are found and made here, in the layers: in the mounted tree an
 * absolute symlink (`/var/run`) would lead to the machine's own files.
 *
 * Synchronous on purpose: a hundred looks at cached folders take 1 ms so, and 10 ms by way of the thread pool.
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
  place(path: string, kind: "folder" | "file"): string {
    const rest = path.split("/");
    let at = "/";
    for (let links = 0; rest.length > 0; ) {
      const name = rest.shift() ?? "";
      const next = join(at, name);
      const found = next === at ? undefined : this.#find(next);
      if (found?.stats.isSymbolicLink()) {
        if (++links > 40) throw new CannotRun(this.#container, `too many levels of symbolic links: ${path}`);
        const target = readlinkSync(found.file);
        if (target.startsWith("/")) at = "/";
        rest.unshift(...target.split("/"));
        continue;
      }
      if (found === undefined && next !== at && name !== "..") {
        this.#make(next, rest.every((later) => later === "") ? kind : "folder", path);
      }
      at = next;
    }
    return at;
  }

  /** The file of this machine to write to for a file of the container; the folders above it are made. */
  ownFile(path: string): string {
    const folder = this.place(dirname(path), "folder");
    const place = join(folder, basename(path));
    const tree = this.#treeOf(place);
    this.#copyFolders(tree, dirname(place), path);
    return this.#own(tree, place, path);
  }

  /** Whether something is there, symlinks not followed. */
  has(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  /** Whether something of this machine's own is there; what was made afresh for the container hides nothing. */
  shows(path: string): boolean {
    return this.has(path) && this.#treeOf(path).below !== undefined;
  }

  #treeOf(place: string): Tree {
    const tree = this.#trees.findLast(({ at }) => at === "/" || place === at || place.startsWith(`${at}/`));
    if (tree === undefined) throw new RangeError(`no tree holds ${place}`);
    return tree;
  }

  #find(place: string): { readonly file: string; readonly stats: Stats } | undefined {
    const tree = this.#treeOf(place);
    for (const layer of [tree.own, tree.below]) {
      if (layer === undefined) continue;
      const file = join(layer, place.slice(tree.at.length));
      const stats = lstatIfThere(file);
      // An overlay's sign for "not there, whatever lies below".
      if (stats?.isCharacterDevice() && stats.rdev === 0) return undefined;
      if (stats !== undefined) return { file, stats };
    }
    return undefined;
  }

  #make(place: string, kind: "folder" | "file", path: string): void {
    const tree = this.#treeOf(place);
    this.#copyFolders(tree, dirname(place), path);
    const file = this.#own(tree, place, path);
    try {
      if (kind === "folder") mkdirSync(file);
      else writeFileSync(file, "", { flag: "wx" });
    } catch (cause) {
      if (hasCode(cause, "EEXIST")) return;
      throw new CannotRun(this.#container, `can't make ${path}: ${describe(cause)}`, { cause });
    }
  }

  // A new folder in the upper layer lends the merged one its owner and mode, so it must have those of the one below.
  #copyFolders(tree: Tree, folder: string, path: string): void {
    const own = this.#own(tree, folder, path);
    if (lstatIfThere(own) !== undefined) return;
    if (folder !== tree.at) this.#copyFolders(tree, dirname(folder), path);
    const below = this.#find(folder);
    mkdirSync(own, { recursive: true });
    if (below === undefined) return;
    chmodSync(own, below.stats.mode & 0o7777);
    lchownSync(own, below.stats.uid, below.stats.gid);
  }

  #own(tree: Tree, place: string, path: string): string {
    const { own } = tree;
    if (own === undefined) throw new CannotRun(this.#container, `can't make ${path}: ${tree.at} takes no new files`);
    return join(own, place.slice(tree.at.length));
  }
}

const lstatIfThere = (file: string): Stats | undefined => lstatSync(file, { throwIfNoEntry: false });

const describe = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault));
