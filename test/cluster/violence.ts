import { readIfThere } from "#os/files.ts";
import { allPids, argumentsOf, signalPid } from "#os/processes.ts";
import { eventually } from "../harness/eventually.ts";
import type { Machine } from "../harness/machine.ts";

/** Processes of the cluster, its pods and their supervisors whose command line has these words in it. */
export async function processesOf({ dataDir }: Machine, words = ""): Promise<readonly number[]> {
  const found = await Promise.all(
    (await allPids()).map(async (pid) => {
      if (pid === process.pid) return [];
      const command = (await argumentsOf(pid)).join(" ");
      const isOurs = command.includes(dataDir) || (await isInPod(pid, dataDir));
      return isOurs && command.includes(words) && command !== "" ? [pid] : [];
    }),
  );
  return found.flat();
}

// What runs in a container has an overlay for its root whose upper layer lies in the folder.
const isInPod = async (pid: number, dataDir: string): Promise<boolean> =>
  ((await readMounts(pid)) ?? "").includes(`upperdir=${dataDir}/`);

async function readMounts(pid: number): Promise<string | undefined> {
  try {
    return await readIfThere(`/proc/${pid}/mountinfo`);
  } catch (fault) {
    if (fault instanceof Error && "code" in fault && fault.code === "EINVAL") return undefined; // dead, and waiting for its parent
    throw fault;
  }
}

/** kill -9 for all of them, as often as it takes; gives how many there were at first. */
export async function killAll(machine: Machine): Promise<number> {
  const all = await processesOf(machine);
  const noneLeft = async (): Promise<boolean> => {
    const left = await processesOf(machine);
    for (const pid of left) signalPid(pid, "SIGKILL");
    return left.length === 0;
  };
  await eventually("every process is gone", noneLeft, { seconds: 10 });
  return all.length;
}
