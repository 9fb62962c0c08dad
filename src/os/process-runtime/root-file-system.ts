import { chmod, mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../files.ts";
import { fstabLine, type Mount, mountsOf } from "../mounts.ts";
import { type Base, hide } from "./base.ts";
import type { ContainerFolder } from "./folders.ts";
import { type BindMount, CannotRun, type FilesPlan } from "./plan.ts";
import { Trees } from "./trees.ts";

export interface Surroundings {
  readonly base: Base;
  /** Folders of this machine that no container may see, beside the usual ones. */
  readonly hidden: readonly string[];
  /** Shared by the containers of a pod as /dev/shm. */
  readonly shm: string;
}

/** Folders of people and of the running system, with their modes: a container has its own, empty. */
const ownFolders: Readonly<Record<string, number>> = {
  "/home": 0o755,
  "/root": 0o700,
  "/run": 0o755,
  "/tmp": 0o1777,
  "/var/tmp": 0o1777,
};
/** Secrets of this machine outside those folders; hidden where they are. */
const secrets = [
  "/etc/NetworkManager/system-connections",
  "/etc/gshadow",
  "/etc/gshadow-",
  "/etc/kubernetes",
  "/etc/letsencrypt",
  "/etc/rancher",
  "/etc/shadow",
  "/etc/shadow-",
  "/etc/ssh",
  "/etc/ssl/private",
  "/etc/wireguard",
];
/** Partitions here belong to the system and are seen by containers; those elsewhere (disks, other people's data) are not. */
const systemFolders = ["/bin", "/etc", "/lib", "/lib32", "/lib64", "/opt", "/sbin", "/usr", "/var"];
const readOnlyKernel = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"];
const maskedKernel = ["/proc/kcore", "/proc/keys", "/proc/sysrq-trigger", "/proc/timer_list"];

/**
 * Prepares the files of a container, in a folder that no start has used before, and writes the fstab that mounts them.
 * Throws `CannotRun`.
 */
export async function prepareRoot(
  id: string,
  folder: ContainerFolder,
  plan: FilesPlan & { readonly cwd: string },
  around: Surroundings,
): Promise<void> {
  const table = new MountTable(id, folder);
  await mkdir(folder.root, { recursive: true });
  await table.overlay("/", "/");
  for (const partition of await systemPartitions()) await table.overlay(partition, partition);
  for (const { at, from } of around.base.emptied) await table.overlay(at, from);
  await kernelFolders(table, plan, around);
  for (const [at, mode] of Object.entries(ownFolders)) await table.ownFolder(at, mode);
  for (const path of [...secrets, ...around.hidden]) await table.hide(path, around.base);
  for (const [name, text] of Object.entries(plan.etc)) await writeFile(await table.trees.ownFile(`/etc/${name}`), text);
  await writeFile(folder.termination, "");
  await chmod(folder.termination, 0o666);
  await table.bind({ from: folder.termination, at: plan.terminationMessagePath, readOnly: false });
  // Outer before inner, as in /data and /data/cache.
  const depth = ({ at }: BindMount): number => at.split("/").filter((part) => part !== "").length;
  for (const mount of plan.mounts.toSorted((a, b) => depth(a) - depth(b))) await table.bind(mount);
  await table.trees.place("/mnt", "folder");
  await table.trees.place(plan.cwd, "folder");
  await writeFile(folder.fstab, table.text);
}

/** The mounts of one container in their order, each with its mount point made. */
class MountTable {
  readonly trees: Trees;
  text = "";
  readonly #id: string;
  readonly #folder: ContainerFolder;
  #layers = 0;

  constructor(id: string, folder: ContainerFolder) {
    this.trees = new Trees(id);
    this.#id = id;
    this.#folder = folder;
  }

  line(source: string, at: string, type: string, options: string): void {
    this.text += fstabLine({ source, at: at === "/" ? this.#folder.root : this.#folder.root + at, type, options });
  }

  /** What is below `lower`, with a layer of the container's own on top. */
  async overlay(path: string, lower: string): Promise<void> {
    const at = path === "/" ? path : await this.trees.place(path, "folder");
    const layer = join(this.#folder.layers, String(this.#layers++));
    const [upper, work] = [join(layer, "upper"), join(layer, "work")];
    await mkdir(upper, { recursive: true });
    await mkdir(work);
    const { mode } = await stat(lower);
    await chmod(upper, mode & 0o7777);
    this.line("overlay", at, "overlay", `lowerdir=${lower},upperdir=${upper},workdir=${work},volatile`);
    this.trees.add({ at, layers: [upper, lower] });
  }

  async ownFolder(path: string, mode: number): Promise<void> {
    const at = await this.trees.place(path, "folder");
    const from = join(this.#folder.layers, String(this.#layers++));
    await mkdir(from, { recursive: true });
    await chmod(from, mode);
    this.line(from, at, "none", "bind,nosuid,nodev");
    this.trees.add({ at, layers: [from] });
  }

  async kernel(type: string, path: string, options: string): Promise<void> {
    const at = await this.trees.place(path, "folder");
    this.line(type, at, type, options);
    this.trees.add({ at, layers: [] });
  }

  async bind({ from, at: path, readOnly }: BindMount): Promise<void> {
    const kind = await kindOf(from, this.#id);
    const at = await this.trees.place(path, kind);
    if (at === "/") throw new CannotRun(this.#id, `can't mount ${from} over /`);
    this.line(from, at, "none", `rbind${readOnly ? ",ro" : ""}`);
    this.trees.add({ at, layers: kind === "folder" ? [from] : [] });
  }

  async hide(path: string, base: Base): Promise<void> {
    if (await this.trees.has(path)) await hide(base, await this.trees.ownFile(path));
  }
}

async function kernelFolders(table: MountTable, plan: FilesPlan, around: Surroundings): Promise<void> {
  await table.kernel("proc", "/proc", "nosuid,nodev,noexec");
  if (!plan.privileged) {
    for (const path of await existing(readOnlyKernel)) table.line(path, path, "none", "bind,ro");
    for (const path of await existing(maskedKernel)) table.line("/dev/null", path, "none", "bind");
  }
  await table.kernel("sysfs", "/sys", `${plan.privileged ? "rw" : "ro"},nosuid,nodev,noexec`);
  await table.overlay("/dev", plan.privileged ? "/dev" : around.base.dev);
  await table.kernel("devpts", "/dev/pts", "newinstance,ptmxmode=0666,mode=620,gid=5");
  await table.kernel("mqueue", "/dev/mqueue", "nosuid,nodev,noexec");
  await table.bind({ from: around.shm, at: "/dev/shm", readOnly: false });
}

// An overlay shows its lower file system only, and the folders on which others are mounted as empty.
async function systemPartitions(): Promise<readonly string[]> {
  const hidden = [...Object.keys(ownFolders), "/var/lib", "/var/log"];
  const isBelow = (folder: string) => (mount: Mount) => mount.at === folder || mount.at.startsWith(`${folder}/`);
  const shown = (await mountsOf()).filter(
    (mount) =>
      systemFolders.some((folder) => isBelow(folder)(mount)) &&
      !hidden.some((folder) => isBelow(folder)(mount)) &&
      !["autofs", "nsfs", "proc", "sysfs"].includes(mount.type) &&
      /^[\w@%+=./-]+$/.test(mount.at),
  );
  const folders = await Promise.all(shown.map(async ({ at }) => ((await isFolder(at)) ? [at] : [])));
  return [...new Set(folders.flat())].toSorted();
}

const existing = async (paths: readonly string[]): Promise<readonly string[]> =>
  (await Promise.all(paths.map(async (path) => ((await statIfThere(path)) === undefined ? [] : [path])))).flat();

const isFolder = async (path: string): Promise<boolean> => (await statIfThere(path))?.isDirectory() === true;

async function statIfThere(path: string) {
  try {
    return await stat(path);
  } catch (fault) {
    if (hasCode(fault, "ENOENT", "ENOTDIR", "EACCES")) return undefined;
    throw fault;
  }
}

async function kindOf(from: string, id: string): Promise<"folder" | "file"> {
  const stats = await statIfThere(from);
  if (stats === undefined) throw new CannotRun(id, `can't mount ${from}: it is not there`);
  return stats.isDirectory() ? "folder" : "file";
}
