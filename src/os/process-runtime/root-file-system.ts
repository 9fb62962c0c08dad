import { chmodSync, existsSync, mkdirSync, readFileSync, type Stats, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fstabLine, type Mount, parseMountInfo } from "../mounts.ts";
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
 * Throws `CannotRun`. Synchronous, for the reason that `Trees` gives.
 */
export function prepareRoot(
  id: string,
  folder: ContainerFolder,
  plan: FilesPlan & { readonly cwd: string },
  around: Surroundings,
): void {
  const table = new MountTable(id, folder);
  around.base.refresh();
  mkdirSync(folder.root);
  mkdirSync(folder.instead);
  table.overlay("/", "/");
  for (const partition of systemPartitions([...around.base.insteadOf, ...around.hidden]))
    table.overlay(partition, partition);
  kernelFolders(table, plan, around);
  table.instead(around.base);
  for (const path of [...secrets, ...around.hidden]) table.hide(path, around.base);
  for (const [name, text] of Object.entries(plan.etc)) writeFileSync(table.trees.ownFile(`/etc/${name}`), text);
  writeFileSync(folder.termination, "");
  chmodSync(folder.termination, 0o666);
  table.bind({ from: folder.termination, at: plan.terminationMessagePath, readOnly: false });
  for (const mount of plan.mounts.toSorted((a, b) => depth(a) - depth(b))) table.bind(mount);
  table.trees.place("/mnt", "folder");
  table.trees.place(plan.cwd, "folder");
  writeFileSync(folder.fstab, table.text);
}

// Outer before inner, as in /data and /data/cache.
const depth = ({ at }: BindMount): number => at.split("/").filter((part) => part !== "").length;

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
    this.text += fstabLine({ source, at: this.#outside(at), type, options });
  }

  /** `below` with a layer of the container's own on top. */
  overlay(path: string, below: string): void {
    const at = path === "/" ? path : this.trees.place(path, "folder");
    this.trees.add({ at, ...this.#mountOverlay(below, this.#outside(at)) });
  }

  /** One overlay for all of these folders: an upper layer takes its file system 1 to 3 ms. */
  instead({ instead, insteadOf }: Base): void {
    const { own } = this.#mountOverlay(instead, this.#folder.instead);
    for (const path of insteadOf) {
      const at = this.trees.place(path, "folder");
      this.line(join(this.#folder.instead, path), at, "none", "bind,nosuid,nodev");
      this.trees.add({ at, own: join(own, path), below: join(instead, path) });
    }
  }

  kernel(type: string, path: string, options: string): void {
    const at = this.trees.place(path, "folder");
    this.line(type, at, type, options);
    this.trees.add({ at, own: undefined, below: undefined });
  }

  shared(from: string, path: string): void {
    const at = this.trees.place(path, "folder");
    // `dev`: the folder may lie on a file system that is mounted without devices.
    this.line(from, at, "none", "bind,ro,dev,nosuid,noexec");
    this.trees.add({ at, own: undefined, below: from });
  }

  bind({ from, at: path, readOnly }: BindMount): void {
    const kind = kindOf(from, this.#id);
    const at = this.trees.place(path, kind);
    if (at === "/") throw new CannotRun(this.#id, `can't mount ${from} over /`);
    this.line(from, at, "none", `rbind${readOnly ? ",ro" : ""}`);
    this.trees.add({ at, own: kind === "folder" ? from : undefined, below: undefined });
  }

  hide(path: string, base: Base): void {
    if (this.trees.shows(path)) hide(base, this.trees.ownFile(path));
  }

  #mountOverlay(below: string, at: string): { readonly own: string; readonly below: string } {
    const layer = join(this.#folder.layers, String(this.#layers++));
    const [own, work] = [join(layer, "upper"), join(layer, "work")];
    mkdirSync(own, { recursive: true });
    mkdirSync(work);
    chmodSync(own, statSync(below).mode & 0o7777);
    const options = `lowerdir=${below},upperdir=${own},workdir=${work},volatile`;
    this.text += fstabLine({ source: "overlay", at, type: "overlay", options });
    return { own, below };
  }

  #outside(at: string): string {
    return at === "/" ? this.#folder.root : this.#folder.root + at;
  }
}

function kernelFolders(table: MountTable, plan: FilesPlan, around: Surroundings): void {
  table.kernel("proc", "/proc", "nosuid,nodev,noexec");
  if (!plan.privileged) {
    for (const path of readOnlyKernel.filter((path) => existsSync(path))) table.line(path, path, "none", "bind,ro");
    for (const path of maskedKernel.filter((path) => existsSync(path))) table.line("/dev/null", path, "none", "bind");
  }
  table.kernel("sysfs", "/sys", `${plan.privileged ? "rw" : "ro"},nosuid,nodev,noexec`);
  const below = plan.privileged ? "/dev" : around.base.dev;
  // An overlay takes ten times as long as a bind, and few mount something of their own there.
  if (plan.privileged || plan.mounts.some(({ at }) => at.startsWith("/dev/"))) table.overlay("/dev", below);
  else table.shared(below, "/dev");
  table.kernel("devpts", "/dev/pts", "newinstance,ptmxmode=0666,mode=620,gid=5");
  table.kernel("mqueue", "/dev/mqueue", "nosuid,nodev,noexec");
  table.bind({ from: around.shm, at: "/dev/shm", readOnly: false });
}

// An overlay shows its lower file system only, and the folders on which others are mounted as empty.
function systemPartitions(hidden: readonly string[]): readonly string[] {
  const isBelow = (folder: string) => (mount: Mount) => mount.at === folder || mount.at.startsWith(`${folder}/`);
  const shown = parseMountInfo(readFileSync("/proc/self/mountinfo", "utf8")).filter(
    (mount) =>
      systemFolders.some((folder) => isBelow(folder)(mount)) &&
      !hidden.some((folder) => isBelow(folder)(mount)) &&
      !["autofs", "nsfs", "proc", "sysfs"].includes(mount.type) &&
      /^[\w@%+=./-]+$/.test(mount.at) &&
      statIfThere(mount.at)?.isDirectory() === true,
  );
  return [...new Set(shown.map(({ at }) => at))].toSorted();
}

const statIfThere = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });

function kindOf(from: string, id: string): "folder" | "file" {
  const stats = statIfThere(from);
  if (stats === undefined) throw new CannotRun(id, `can't mount ${from}: it is not there`);
  return stats.isDirectory() ? "folder" : "file";
}
