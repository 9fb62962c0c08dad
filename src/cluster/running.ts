import { readFileSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, writeWhole } from "#os/files.ts";
import { isAlive, type ProcessId, processNow } from "#os/processes.ts";
import { dnsServiceAddress } from "#server/bootstrap/bootstrap.ts";
import { showSetting } from "./change.ts";
import type { ClusterPlan } from "./cluster-plan.ts";
import { namesOf } from "./node-network.ts";
import type { NodePlan } from "./node-plan.ts";
import { primaryServiceRange, type Settings } from "./settings.ts";

/** What a process tells of itself and of what it runs, for `down`, `status` and a second `up`. */
export interface RunningCluster {
  readonly process: ProcessId;
  readonly role: string;
  /** Those that it runs, in itself or in other processes. */
  readonly nodes: readonly NodeOfCluster[];
  readonly dnsAddress: string;
  readonly loadBalancerPool: readonly string[];
  readonly clusterDomain: string;
  /** What it is, by the names of settings; as `showSetting` shows them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly version: string;
}

export interface NodeOfCluster {
  readonly name: string;
  readonly address: string;
  /** Its network namespace's name; null: the machine's own. */
  readonly netns: string | null;
  /** Where its own process tells of itself, if it has one. */
  readonly folder: string;
}

const fileOf = (dataDir: string): string => join(dataDir, "run", "cluster.json");

/** Tells it of this process. */
export async function writeRunning(dataDir: string, told: Omit<RunningCluster, "process">): Promise<RunningCluster> {
  const self = await processNow(process.pid);
  if (self === undefined) throw new RangeError(`/proc does not know process ${process.pid}`);
  const running: RunningCluster = { process: self, ...told };
  await mkdir(join(dataDir, "run"), { recursive: true, mode: 0o700 });
  await writeWhole(fileOf(dataDir), JSON.stringify(running), { mode: 0o600 });
  return running;
}

/** What a cluster tells of itself. */
export function toldOfCluster(
  settings: Settings,
  { control, nodes, lan }: ClusterPlan,
): Omit<RunningCluster, "process"> {
  const names = namesOf(settings["data-dir"]);
  const inProcess = lan === undefined ? nodes.map(({ name }) => name) : [];
  return {
    role: ["server", "controllers", ...inProcess].join(", "),
    nodes: nodes.map((node) => toldOfNode(node, lan === undefined ? null : names.netns(node.name))),
    dnsAddress: dnsServiceAddress(primaryServiceRange(settings)),
    loadBalancerPool: control.loadBalancerPool.map(({ text }) => text),
    clusterDomain: settings["cluster-domain"],
    settings: Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, showSetting(value)])),
    version: settings["kubernetes-version"],
  };
}

export const toldOfNode = ({ name, addresses, folder }: NodePlan, netns: string | null): NodeOfCluster => ({
  name,
  address: addresses[0]?.text ?? "",
  netns,
  folder,
});

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
