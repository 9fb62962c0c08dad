import { readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pidsIn, removeCgroup } from "../cgroups.ts";
import { hasCode, namesIn } from "../files.ts";
import { ipBatch } from "../ip.ts";
import { mountsOf, unmount } from "../mounts.ts";
import { eventually, WaitedInVain } from "../patience.ts";
import { allPids, argumentsOf, signalPid } from "../processes.ts";
import { cgroupParent } from "./container.ts";
import { type Folders, foldersIn } from "./folders.ts";
import { readContainerRecord, readSandboxRecord } from "./record.ts";

/**
 * Takes away all that runtimes of this folder ever made: conmons and containers, namespaces, links, mounts, cgroups, files.
 * Works from the folders and /proc alone, whatever was cut short; nothing happens where there is nothing. No runtime may be open
 * on it. Throws `WaitedInVain` where something does not go.
 */
export async function purgeRuntime(dir: string): Promise<void> {
  const folders = foldersIn(dir);
  const parents = await cgroupParents(folders);
  const groups = (await Promise.all(parents.map(groupsBelow))).flat();
  await eventually(`all processes of ${dir} are gone`, async () => !(await killAll(dir, groups)), { seconds: 10 });
  for (const group of [...groups, ...parents]) await removeCgroup(group);
  const ids = await namesIn(folders.sandboxes);
  const records = await Promise.all(ids.map((id) => readSandboxRecord(folders.sandbox(id).record)));
  await unmount((await mountsOf()).map((mount) => mount.at).filter((at) => at.startsWith(`${dir}/`)));
  await removeLinks(records.flatMap((record) => record?.link ?? []));
  await rm(dir, { recursive: true, force: true });
}

/** Whether there was anything to kill. Conmons first, so that none is left to see its container's end as a crash. */
async function killAll(dir: string, groups: readonly string[]): Promise<boolean> {
  const ours: number[] = (await Promise.all(groups.map(pidsIn))).flat();
  for (const pid of await allPids()) if ((await isConmonOf(pid, dir)) || (await isRootedIn(pid, dir))) ours.push(pid);
  for (const pid of ours) signalPid(pid, "SIGKILL");
  return ours.length > 0;
}

async function isConmonOf(pid: number, dir: string): Promise<boolean> {
  const [program = "", ...words] = await argumentsOf(pid);
  return /(^|\/)(conmon|sh)$/.test(program) && words.some((word) => word.startsWith(`${dir}/sandboxes/`));
}

// What runs in a container has an overlay for its root whose upper layer is ours.
async function isRootedIn(pid: number, dir: string): Promise<boolean> {
  try {
    const text = await readFile(`/proc/${pid}/mountinfo`, "utf8");
    return text.includes(`upperdir=${dir}/sandboxes/`);
  } catch (fault) {
    // Gone meanwhile, or dead and waiting for its parent.
    if (hasCode(fault, "ENOENT", "ESRCH", "EINVAL")) return false;
    throw fault;
  }
}

/** Where groups of ours may stand: `createCgroups` says where it makes them, and from which group of its own an agent did. */
async function cgroupParents(folders: Folders): Promise<readonly string[]> {
  const name = cgroupParent(folders);
  const hierarchies = (await mountsOf()).filter(({ type }) => type === "cgroup" || type === "cgroup2");
  const own = (await readFile("/proc/self/cgroup", "utf8"))
    .split("\n")
    .map((line) => line.split(":").slice(2).join(":"));
  const places = hierarchies.flatMap(({ at }) => ["/", ...own].map((path) => join(at, path, name)));
  const there = await Promise.all(
    [...new Set([...places, ...(await recordedParents(folders))])].map(async (place) =>
      (await namesIn(place)).length > 0 ? [place] : [],
    ),
  );
  return there.flat();
}

async function recordedParents(folders: Folders): Promise<readonly string[]> {
  const sandboxes = await namesIn(folders.sandboxes);
  const names = sandboxes.map(async (id) =>
    (await namesIn(folders.sandbox(id).containers)).map((name) => `${id}_${name}`),
  );
  const ids = (await Promise.all(names)).flat();
  const records = await Promise.all(ids.map((id) => readContainerRecord(folders.container(id).record)));
  return records.flatMap((record) => (record?.cgroups ?? []).map((group) => dirname(group)));
}

async function groupsBelow(parent: string): Promise<readonly string[]> {
  const entries = await readdir(parent, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(parent, name));
}

/** They go with their namespaces, but in the background; who is told that all is gone must not see them any more. */
async function removeLinks(links: readonly string[]): Promise<void> {
  const there = async (): Promise<readonly string[]> => (await linkNames()).filter((name) => links.includes(name));
  try {
    await eventually("the pods' links are gone", async () => (await there()).length === 0, { seconds: 1 });
  } catch (fault) {
    if (!(fault instanceof WaitedInVain)) throw fault;
    await ipBatch((await there()).map((link) => `link del ${link}`));
  }
}

// /sys/class/net may show another network namespace than ours; this can't.
async function linkNames(): Promise<readonly string[]> {
  const text = await readFile("/proc/self/net/dev", "utf8");
  return [...text.matchAll(/^\s*(\S+):/gm)].map(([, name = ""]) => name);
}
