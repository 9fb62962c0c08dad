import { createHash } from "node:crypto";
import { linkSync, lstatSync, readdirSync, statSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readIfThere } from "../files.ts";
import { quote } from "../shell.ts";
import { CommandFailed, run } from "../spawn.ts";
import { FolderUnfit } from "./folders.ts";

/** What the containers of a runtime share. */
export interface Base {
  readonly dev: string;
  /** Folders of programs' data on this machine, which containers see emptied: every program finds its own there. */
  readonly emptied: () => readonly Emptied[];
  /** A character device 0:0; a hard link to it in an overlay's upper layer hides what lies below. */
  readonly whiteout: string;
}

export interface Emptied {
  readonly at: string;
  readonly mode: number;
  readonly folders: readonly Owned[];
}
export interface Owned {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

const emptiedFolders = ["/var/lib", "/var/log"];
const devices = { null: "1 3", zero: "1 5", full: "1 7", random: "1 8", urandom: "1 9", tty: "5 0" };
const links = {
  fd: "/proc/self/fd",
  stdin: "/proc/self/fd/0",
  stdout: "/proc/self/fd/1",
  stderr: "/proc/self/fd/2",
  ptmx: "pts/ptmx",
  core: "/proc/kcore",
};

/** Makes them once per folder, and finds out by that whether the folder will do. Throws `FolderUnfit`. */
export async function openBase(folder: string): Promise<Base> {
  const text = script();
  // Named by what made it: a newer version makes its own.
  const base = join(folder, createHash("sha256").update(text).digest("hex").slice(0, 12));
  if ((await readIfThere(join(base, "made"))) === undefined) await make(folder, base, text);
  const seen = new Map<string, { readonly changedMs: number; readonly emptied: Emptied }>();
  return {
    dev: join(base, "dev"),
    whiteout: join(base, "whiteout"),
    emptied: () => emptiedFolders.map((at) => emptiedAt(at, seen)),
  };
}

// Programs are installed while the runtime is open: the folder's time of change tells.
function emptiedAt(at: string, seen: Map<string, { readonly changedMs: number; readonly emptied: Emptied }>): Emptied {
  const { mtimeMs: changedMs, mode } = statSync(at);
  const known = seen.get(at);
  if (known?.changedMs === changedMs) return known.emptied;
  const entries = readdirSync(at, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const folders = entries.map(({ name }) => {
    const owned = lstatSync(join(at, name));
    return { name, mode: owned.mode & 0o7777, uid: owned.uid, gid: owned.gid };
  });
  const emptied = { at, mode: mode & 0o7777, folders };
  seen.set(at, { changedMs, emptied });
  return emptied;
}

async function make(folder: string, base: string, text: string): Promise<void> {
  const draft = `${base}.new`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    await run(["unshare", "--mount", "sh", "-euc", text, draft]);
  } catch (cause) {
    throw cause instanceof CommandFailed ? unfit(folder, cause) : cause;
  }
  await writeFile(join(draft, "made"), "");
  await rename(draft, base);
}

// The last step tries what every container will need: an overlay of / with its upper layer here.
function script(): string {
  return [
    "cd $0; umask 022; mkdir -p dev/pts dev/shm dev/mqueue upper work root",
    ...Object.entries(devices).map(([name, numbers]) => `mknod -m 666 dev/${name} c ${numbers}`),
    "mknod whiteout c 0 0; : > dev/termination-log",
    ...Object.entries(links).map(([name, to]) => `ln -s ${quote(to)} dev/${name}`),
    "mount -t overlay overlay -o lowerdir=/,upperdir=$0/upper,workdir=$0/work,volatile root",
    "test -d root/etc; umount root; rm -r upper work root",
  ].join("\n");
}

function unfit(folder: string, cause: CommandFailed): FolderUnfit {
  const said = cause.stderr.trim();
  if (/permission denied|not permitted/i.test(said)) {
    return new FolderUnfit(folder, said, "run as root, where mounts and device nodes are allowed", { cause });
  }
  const fix =
    "put it on a file system of its own, such as ext4, xfs or tmpfs: overlays can't have their upper layer here";
  return new FolderUnfit(folder, said === "" ? cause.message : said, fix, { cause });
}

/** Hides what is below the place of `file`, a path in the upper layer of an overlay whose folder is there. */
export function hide(base: Base, file: string): void {
  linkSync(base.whiteout, file);
}
