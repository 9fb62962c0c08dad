import { readFileSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, writeWhole } from "#os/files.ts";
import { isAlive, type ProcessId, processNow } from "#os/processes.ts";
import type { NodePlan } from "./node-plan.ts";
import type { Settings } from "./settings.ts";

/** What a cluster's process tells of itself, for `down`, `status` and a second `up`. */
export interface RunningCluster {
  readonly process: ProcessId;
  readonly nodeName: string;
  readonly nodeAddress: string;
  readonly dnsAddress: string;
  readonly clusterDomain: string;
  readonly version: string;
}

const fileOf = (dataDir: string): string => join(dataDir, "run", "cluster.json");

/** Tells it of this process. */
export async function writeRunning(settings: Settings, plan: NodePlan): Promise<RunningCluster> {
  const self = await processNow(process.pid);
  if (self === undefined) throw new RangeError(`/proc does not know process ${process.pid}`);
  const running: RunningCluster = {
    process: self,
    nodeName: plan.nodeName,
    nodeAddress: plan.nodeAddress.text,
    dnsAddress: plan.dnsAddress.text,
    clusterDomain: settings["cluster-domain"],
    version: settings["kubernetes-version"],
  };
  const dataDir = settings["data-dir"];
  await mkdir(join(dataDir, "run"), { recursive: true, mode: 0o700 });
  await writeWhole(fileOf(dataDir), JSON.stringify(running), { mode: 0o600 });
  return running;
}

export const forgetRunning = (dataDir: string): void => rmSync(fileOf(dataDir), { force: true });

/** The cluster whose process still lives; undefined where there is none, or where it was killed. */
export async function readRunning(dataDir: string): Promise<RunningCluster | undefined> {
  try {
    const running: RunningCluster = JSON.parse(readFileSync(fileOf(dataDir), "utf8"));
    return (await isAlive(running.process)) ? running : undefined;
  } catch (fault) {
    if (hasCode(fault, "ENOENT", "ENOTDIR")) return undefined;
    throw fault;
  }
}
