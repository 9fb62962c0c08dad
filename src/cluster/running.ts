import { existsSync, readFileSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "#os/files.ts";
import { isAlive, type ProcessId, processNow } from "#os/processes.ts";

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

export async function writeRunning(dataDir: string, running: Omit<RunningCluster, "process">): Promise<void> {
  await mkdir(join(dataDir, "run"), { recursive: true, mode: 0o700 });
  await writeWhole(fileOf(dataDir), JSON.stringify({ ...running, process: await processNow(process.pid) }), {
    mode: 0o600,
  });
}

export const forgetRunning = (dataDir: string): void => rmSync(fileOf(dataDir), { force: true });

/** The cluster whose process still lives; undefined where there is none, or where it was killed. */
export async function readRunning(dataDir: string): Promise<RunningCluster | undefined> {
  const file = fileOf(dataDir);
  if (!existsSync(file)) return undefined;
  const running: RunningCluster = JSON.parse(readFileSync(file, "utf8"));
  return (await isAlive(running.process)) ? running : undefined;
}
