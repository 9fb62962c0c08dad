import { mkdir, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, readIfThere } from "./files.ts";
import { type Mount, mountsOf } from "./mounts.ts";
import { eventually } from "./patience.ts";

/** What a group of processes may use; no limit where absent. */
export interface Limits {
  readonly memoryBytes?: number;
  /** Thousandths of a core. */
  readonly cpuMillis?: number;
  /** `max` only keeps its processes together. */
  readonly pids?: number | "max";
}

/** The kernel has no hierarchy for a limit that was asked for. */
class LimitUnavailable extends Error {
  readonly code = "LimitUnavailable";
  readonly where = "/sys/fs/cgroup";
  readonly fix: string;
  constructor(controller: string) {
    super(`no cgroup hierarchy offers the controller ${JSON.stringify(controller)}`);
    this.fix = `mount it (\`mount -t cgroup -o ${controller} none /sys/fs/cgroup/${controller}\`, or cgroup2), or ask for no such limit`;
  }
}

type Controller = "memory" | "cpu" | "pids";
interface Hierarchy {
  readonly version: 1 | 2;
  /** The folder below which we make ours. */
  readonly root: string;
}

/**
 * Makes the groups that hold these limits, one for every hierarchy concerned, and gives their folders: a process is in once `0`
 * or its pid was written into `cgroup.procs` of each. `parent` and `name` are folder names. Throws `LimitUnavailable`.
 *
 * Version 1 groups stand below the group of this process, so that its own limits go on to hold. In version 2 a group that has
 * processes can't have children with limits, so there they stand below the root.
 */
export async function createCgroups(parent: string, name: string, limits: Limits): Promise<readonly string[]> {
  const wanted = controllersOf(limits);
  if (wanted.length === 0) return [];
  const mounts = await mountsOf();
  const own = (await readIfThere("/proc/self/cgroup")) ?? "";
  const groups = new Set<string>();
  for (const controller of wanted) {
    const hierarchy = await hierarchyOf(controller, mounts, own);
    const group = join(hierarchy.root, parent, name);
    await mkdir(group, { recursive: true });
    if (hierarchy.version === 2) await delegate([hierarchy.root, join(hierarchy.root, parent)], controller);
    for (const [file, value] of settings(controller, hierarchy.version, limits))
      await writeFile(join(group, file), value);
    groups.add(group);
  }
  return [...groups];
}

function controllersOf(limits: Limits): readonly Controller[] {
  const wanted: Controller[] = [];
  if (limits.memoryBytes !== undefined) wanted.push("memory");
  if (limits.cpuMillis !== undefined) wanted.push("cpu");
  if (limits.pids !== undefined) wanted.push("pids");
  return wanted;
}

async function hierarchyOf(controller: Controller, mounts: readonly Mount[], own: string): Promise<Hierarchy> {
  const old = mounts.find((mount) => mount.type === "cgroup" && mount.superOptions.includes(controller));
  if (old !== undefined) {
    const line = own.split("\n").find((text) => (text.split(":")[1] ?? "").split(",").includes(controller));
    const below = join(old.at, line?.split(":").slice(2).join(":") ?? "/");
    // In a container the path is the host's, and may not be there.
    const root = (await readIfThere(join(below, "cgroup.procs"))) === undefined ? old.at : below;
    return { version: 1, root };
  }
  const unified = mounts.find((mount) => mount.type === "cgroup2");
  const offered = unified && (await readIfThere(join(unified.at, "cgroup.controllers")));
  if (unified === undefined || !(offered ?? "").split(/\s/).includes(controller))
    throw new LimitUnavailable(controller);
  return { version: 2, root: unified.at };
}

async function delegate(folders: readonly string[], controller: Controller): Promise<void> {
  for (const folder of folders) {
    const file = join(folder, "cgroup.subtree_control");
    if (!((await readIfThere(file)) ?? "").split(/\s/).includes(controller)) await writeFile(file, `+${controller}`);
  }
}

const cpuPeriodMicros = 100_000;

function settings(controller: Controller, version: 1 | 2, limits: Limits): readonly (readonly [string, string])[] {
  const cpuMicros = String(Math.max(1000, ((limits.cpuMillis ?? 0) * cpuPeriodMicros) / 1000));
  switch (controller) {
    case "memory":
      return [[version === 1 ? "memory.limit_in_bytes" : "memory.max", String(limits.memoryBytes)]];
    case "pids":
      return [["pids.max", String(limits.pids)]];
    case "cpu":
      return version === 2
        ? [["cpu.max", `${cpuMicros} ${cpuPeriodMicros}`]]
        : [
            ["cpu.cfs_period_us", String(cpuPeriodMicros)],
            ["cpu.cfs_quota_us", cpuMicros],
          ];
  }
}

/** The pids in a group. */
export async function pidsIn(group: string): Promise<readonly number[]> {
  const text = await readIfThere(join(group, "cgroup.procs"));
  return (text ?? "")
    .split("\n")
    .filter((line) => line !== "")
    .map(Number);
}

/** How many of its processes the kernel killed since the group had no memory left; 0 where the group has no such limit. */
export async function oomKillsIn(group: string): Promise<number> {
  const texts = await Promise.all(
    ["memory.oom_control", "memory.events"].map((file) => readIfThere(join(group, file))),
  );
  return Number(/^oom_kill (\d+)$/m.exec(texts.join("\n"))?.[1] ?? 0);
}

/** Takes an empty group away. Dead processes take a moment to leave it. Throws `WaitedInVain`. */
export async function removeCgroup(group: string): Promise<void> {
  await eventually(`the group ${group} is empty`, () => removed(group), { seconds: 2 });
}

async function removed(group: string): Promise<boolean> {
  try {
    await rmdir(group);
    return true;
  } catch (fault) {
    if (hasCode(fault, "ENOENT")) return true;
    if (hasCode(fault, "EBUSY", "ENOTEMPTY")) return false;
    throw fault;
  }
}
