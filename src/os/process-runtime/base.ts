import { createHash } from "node:crypto";
import { chmodSync, lchownSync, linkSync, lstatSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readIfThere } from "../files.ts";
import { quote } from "../shell.ts";
import { CommandFailed, run } from "../spawn.ts";
import { FolderUnfit } from "./folders.ts";

/** What the containers of a runtime share. */
export interface Base {
  readonly dev: string;
  /**
   * What containers see instead of some folders of this machine, below its root: each has its own, empty, but for the folders
   * that programs look for in those of their data.
   */
  readonly instead: string;
  readonly insteadOf: readonly string[];
  /** A character device 0:0; a hard link to it in an overlay's upper layer hides what lies below. */
  readonly whiteout: string;
  /** Programs are installed while the runtime is open: gives containers to come the folders of those too. */
  readonly refresh: () => void;
}

/** Folders of people and of the running system, with their modes. */
const emptyFolders: Readonly<Record<string, number>> = {
  "/home": 0o755,
  "/root": 0o700,
  "/run": 0o755,
  "/tmp": 0o1777,
  "/var/tmp": 0o1777,
};
/** Folders of programs' data, of which the first level stays. */
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
  const instead = join(base, "instead");
  const seen = new Map<string, number>();
  return {
    dev: join(base, "dev"),
    instead,
    insteadOf: [...Object.keys(emptyFolders), ...emptiedFolders],
    whiteout: join(base, "whiteout"),
    refresh() {
      for (const at of emptiedFolders) copyFirstLevel(at, join(instead, at), seen);
    },
  };
}

function copyFirstLevel(from: string, to: string, seen: Map<string, number>): void {
  const { mtimeMs } = statSync(from);
  if (seen.get(from) === mtimeMs) return;
  copyFolder(from, to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) copyFolder(join(from, entry.name), join(to, entry.name));
  }
  seen.set(from, mtimeMs);
}

function copyFolder(from: string, to: string): void {
  const { mode, uid, gid } = lstatSync(from);
  mkdirSync(to, { recursive: true });
  chmodSync(to, mode & 0o7777);
  lchownSync(to, uid, gid);
}

async function make(folder: string, base: string, text: string): Promise<void> {
  const draft = `${base}.new`;
  await rm(draft, { recursive: true, force: true });
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
    ...Object.entries(emptyFolders).map(([at, mode]) => `mkdir -p -m ${mode.toString(8)} instead${at}`),
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
