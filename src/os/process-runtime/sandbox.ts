import { randomBytes } from "node:crypto";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import type { Ip } from "#net/ip.ts";
import { hasCode } from "../files.ts";
import { ownNamespacePath } from "../inner-socket.ts";
import { unmount } from "../mounts.ts";
import { bootId } from "../processes.ts";
import { run } from "../spawn.ts";
import type { Folders, Pin, SandboxFolder } from "./folders.ts";
import type { SandboxPlan } from "./plan.ts";
import { type SandboxRecord, writeRecord } from "./record.ts";
import { sandboxScript } from "./sandbox-script.ts";

/** A sysctl would change the whole machine, or another pod's namespace. */
export class SysctlRefused extends Error {
  readonly code = "SysctlRefused";
  readonly where: string;
  readonly fix = "leave it out of the pod's sysctls, and set it on the machine with `sysctl -w` if it is meant for all";
  constructor(name: string) {
    super(`sysctl ${JSON.stringify(name)} does not belong to a pod of its own`);
    this.where = name;
  }
}

/**
 * Makes the namespaces of a pod and connects them. Throws `CommandFailed` (whatever stands then is for `removeSandbox`) and
 * `SysctlRefused`.
 */
export async function createSandbox(folders: Folders, plan: SandboxPlan): Promise<SandboxRecord> {
  const folder = folders.sandbox(plan.id);
  const pins = pinsOf(plan);
  for (const name of Object.keys(plan.sysctls)) if (!belongs(name, pins)) throw new SysctlRefused(name);
  await mkdir(folder.containers, { recursive: true, mode: 0o700 });
  const addresses = plan.network === "host" ? [] : plan.network;
  const record: SandboxRecord = {
    labels: plan.labels,
    boot: await bootId(),
    hostPID: plan.hostPID,
    hostIPC: plan.hostIPC,
    pins,
    link: linkName(addresses),
    addresses: addresses.map((ip) => ip.text),
  };
  await writeRecord(folder.record, record);
  await Promise.all([
    ...pins.map((pin) => writeFile(folder.pins[pin], "")),
    ...(plan.hostIPC ? [] : [mkdir(folder.shm, { recursive: true, mode: 0o1777 })]),
  ]);
  if (pins.length === 0) return record;
  const script = sandboxScript(plan, record.link, await ownNamespacePath());
  await run(["unshare", ...pins.map((pin) => `--${pin}=${folder.pins[pin]}`), "sh", "-c", script]);
  return record;
}

// A host's network comes with its hostname, as in Kubernetes.
function pinsOf(plan: SandboxPlan): readonly Pin[] {
  return [...(plan.network === "host" ? [] : (["net", "uts"] as const)), ...(plan.hostIPC ? [] : (["ipc"] as const))];
}

function belongs(name: string, pins: readonly Pin[]): boolean {
  if (/^net(\.[\w/-]+)+$/.test(name)) return pins.includes("net");
  return /^(kernel\.(shm\w*|msg\w*|sem)|fs\.mqueue\.\w+)$/.test(name) && pins.includes("ipc");
}

/** `ptl`, the address's low 32 bits so that people can tell links apart, and chance, so that a pod's next one never meets it. */
function linkName(addresses: readonly Ip[]): string | undefined {
  const [first] = addresses;
  if (first === undefined) return undefined;
  const low = (first.number & 0xffff_ffffn).toString(16).padStart(8, "0");
  return `ptl${low}${randomBytes(2).toString("hex")}`;
}

/** Whether its namespaces are there: not after a reboot, nor where making them was cut short. */
export async function isSandboxReady(folder: SandboxFolder, record: SandboxRecord): Promise<boolean> {
  if (record.boot !== (await bootId())) return false;
  // A pin is a mount of another file system; without it the file lies on the folder's.
  const [ground, ...pinned] = await Promise.all(
    [folder.path, ...record.pins.map((pin) => folder.pins[pin])].map(deviceOf),
  );
  return pinned.every((device) => device !== undefined && device !== ground);
}

async function deviceOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).dev;
  } catch (fault) {
    if (hasCode(fault, "ENOENT")) return undefined;
    throw fault;
  }
}

/** Its processes must be gone. The kernel then removes the veth pair and the routes in the background. */
export async function stopSandbox(folder: SandboxFolder): Promise<void> {
  await unmount(Object.values(folder.pins));
}

/** As `stopSandbox`, with its folder. */
export async function removeSandbox(folder: SandboxFolder): Promise<void> {
  await stopSandbox(folder);
  await rm(folder.path, { recursive: true, force: true });
}
