import { createHash } from "node:crypto";
import { chmod, lchown, link, lstat, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, readIfThere } from "../files.ts";
import { quote } from "../shell.ts";
import { CommandFailed, run } from "../spawn.ts";
import { FolderUnfit } from "./folders.ts";

/**
 * What containers share and never change: device nodes, and the folders that stand in for those of this machine which hold
 * other programs' data.
 */
export interface Base {
  readonly dev: string;
  /** Stand-ins for folders of programs' data: every program finds its folder there, empty. */
  readonly emptied: readonly { readonly at: string; readonly from: string }[];
  /** A character device 0:0; a hard link to it in an overlay's upper layer hides what lies below. */
  readonly whiteout: string;
  /** Copies what was installed since into the stand-ins. */
  readonly refresh: () => Promise<void>;
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
  const emptied = emptiedFolders.map((at) => ({ at, from: join(base, "emptied", at) }));
  const seen = new Map<string, number>();
  const refresh = async (): Promise<void> => {
    await Promise.all(emptied.map((pair) => copyFolders(pair.at, pair.from, seen)));
  };
  await refresh();
  return { dev: join(base, "dev"), emptied, whiteout: join(base, "whiteout"), refresh };
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
    "cd $0; umask 022; mkdir -p dev/pts dev/shm dev/mqueue emptied upper work root",
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

async function copyFolders(from: string, to: string, seen: Map<string, number>): Promise<void> {
  const changed = (await stat(from)).mtimeMs;
  if (seen.get(from) === changed) return;
  await copyFolder(from, to);
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map(({ name }) => copyFolder(join(from, name), join(to, name))),
  );
  seen.set(from, changed);
}

async function copyFolder(from: string, to: string): Promise<void> {
  const { mode, uid, gid } = await lstat(from);
  await mkdir(to, { recursive: true });
  await chmod(to, mode & 0o7777);
  await lchown(to, uid, gid);
}

/** Hides what the layers below have at the place of `file`, a path in the upper layer whose folder is there. */
export async function hide(base: Base, file: string): Promise<void> {
  try {
    await link(base.whiteout, file);
  } catch (fault) {
    if (!hasCode(fault, "EEXIST")) throw fault;
  }
}
