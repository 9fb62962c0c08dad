import { readFileSync, statfsSync } from "node:fs";
import os from "node:os";
import type { NodeReport } from "#core/pods/node-object.ts";
import { readIfThere } from "#os/files.ts";
import { bootId } from "#os/processes.ts";
import packageJson from "../../package.json" with { type: "json" };

/** What does not change while the cluster runs. */
export interface MachineFacts {
  readonly osImage: string;
  readonly machineId: string;
  readonly bootId: string;
}

export async function readMachineFacts(): Promise<MachineFacts> {
  const release = (await readIfThere("/etc/os-release")) ?? "";
  return {
    osImage: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release)?.[1] ?? "Linux",
    machineId: ((await readIfThere("/etc/machine-id")) ?? "").trim(),
    bootId: await bootId(),
  };
}

export interface ReportOptions {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly kubernetesVersion: string;
  readonly dataDir: string;
}

const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** The machine as a node. */
export function machineReport(
  facts: MachineFacts,
  options: ReportOptions,
): Omit<NodeReport, "kubeletPort" | "hasPodBlock"> {
  const disk = statfsSync(options.dataDir);
  return {
    name: options.name,
    addresses: options.addresses,
    labels: options.labels,
    hostname: os.hostname(),
    memoryBytes: memoryBytes(),
    cpuMillis: os.availableParallelism() * 1000,
    diskBytes: disk.blocks * disk.bsize,
    now: Date.now(),
    system: {
      machineID: facts.machineId,
      systemUUID: facts.machineId,
      bootID: facts.bootId,
      kernelVersion: os.release(),
      osImage: facts.osImage,
      containerRuntimeVersion: `portolan://${packageJson.version}`,
      kubeletVersion: options.kubernetesVersion,
      kubeProxyVersion: options.kubernetesVersion,
      operatingSystem: "linux",
      architecture: architectures[process.arch] ?? process.arch,
    },
  };
}

const memoryBytes = (): number =>
  Number(/^MemTotal:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1] ?? 0) * 1024;
