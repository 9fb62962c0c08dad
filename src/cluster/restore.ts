import { join } from "node:path";
import { storedAt } from "#server/object.ts";
import { StoreLocked } from "#store/faults.ts";
import { type Restored, restoreStore } from "#store/restore.ts";
import { ClusterFault } from "./faults.ts";
import { readRunning } from "./running.ts";

/** Puts a backup in the place of a stopped cluster's objects. Throws `ClusterFault` and the store's faults; nothing has changed then. */
export async function restoreCluster(dataDir: string, backup: string): Promise<Restored> {
  if ((await readRunning(dataDir)) !== undefined) throw stillRunning(dataDir);
  try {
    return await restoreStore(join(dataDir, "store.db"), backup, { now: Date.now(), at: storedAt });
  } catch (cause) {
    if (cause instanceof StoreLocked) throw stillRunning(dataDir, cause);
    throw cause;
  }
}

const stillRunning = (dataDir: string, cause?: unknown): ClusterFault =>
  new ClusterFault("StillRunning", {
    what: "the cluster runs: its objects can't be replaced under it",
    where: dataDir,
    fix: "stop it first: portolan down; then the same command again",
    cause,
  });
