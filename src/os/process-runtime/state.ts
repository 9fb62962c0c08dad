import { stat } from "node:fs/promises";
import { oomKillsIn } from "../cgroups.ts";
import { hasCode, readIfThere, writeWhole } from "../files.ts";
import { argumentsOf, isAlive, type ProcessId, parseStat } from "../processes.ts";
import type { ContainerFolder } from "./folders.ts";
import { type ContainerRecord, readContainerRecord } from "./record.ts";

/** As its folder and /proc tell it; nothing is kept in memory. */
export type ContainerState =
  | { readonly kind: "starting" }
  | { readonly kind: "running"; readonly process: ProcessId; readonly startedAt: Date }
  | Ended;

export interface Ended {
  readonly kind: "ended";
  /** 128 + the signal's number where a signal ended it. */
  readonly exitCode: number;
  /** In the kubelet's words. */
  readonly reason: "Completed" | "Error" | "OOMKilled" | "StartError" | "ContainerStatusUnknown";
  /** Why it could not start, or what is not known; empty otherwise. */
  readonly message: string;
  /** undefined where it never started. */
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date;
}

/** What is known without looking at other processes: the end that was written down, or nothing. */
export async function endOf(folder: ContainerFolder): Promise<Ended | undefined> {
  const [fault, code] = await Promise.all([faultOf(folder), readIfThere(folder.exit)]);
  if (fault !== undefined) return startError(folder, fault);
  if (code === undefined || code === "") return undefined;
  const exitCode = Number(code);
  const [startedAt, finishedAt = new Date(0), lost, oom] = await Promise.all([
    changeOf(folder.pid),
    changeOf(folder.exit),
    readIfThere(folder.lost),
    exitCode !== 0 && isOomKilled(folder),
  ]);
  const usual = exitCode === 0 ? "Completed" : "Error";
  const reason = lost !== undefined ? "ContainerStatusUnknown" : oom ? "OOMKilled" : usual;
  return { kind: "ended", exitCode, reason, message: lost ?? "", startedAt, finishedAt };
}

async function startError(folder: ContainerFolder, fault: string): Promise<Ended> {
  const finishedAt = (await changeOf(folder.fault)) ?? new Date(0);
  return { kind: "ended", exitCode: 128, reason: "StartError", message: fault, startedAt: undefined, finishedAt };
}

/** Why the container's script gave up; undefined where it did not. */
export async function faultOf(folder: ContainerFolder): Promise<string | undefined> {
  const fault = (await readIfThere(folder.fault))?.trim();
  if (fault === undefined || fault === "") return undefined;
  const complaints = (await readIfThere(folder.complaints))?.trim() ?? "";
  return complaints === "" ? fault : `${fault}: ${complaints}`;
}

// conmon looks at the kernel's word only while it waits for something else too; where the first process itself was killed, the
// group's own count tells.
async function isOomKilled(folder: ContainerFolder): Promise<boolean> {
  if ((await readIfThere(folder.oom)) !== undefined) return true;
  const groups = (await readContainerRecord(folder.record))?.cgroups ?? [];
  const killed = (await Promise.all(groups.map(oomKillsIn))).some((count) => count > 0);
  if (killed) await writeWhole(folder.oom, "");
  return killed;
}

/** The container's first process as it was written down at its start; it may be gone, and so may the boot it belonged to. */
export async function firstProcess(folder: ContainerFolder): Promise<ProcessId | undefined> {
  const [pid, born] = await Promise.all([readIfThere(folder.pid), readIfThere(folder.born)]);
  const stat = born === undefined ? undefined : parseStat(born.trim());
  return pid === undefined || pid.trim() === "" || stat === undefined
    ? undefined
    : { pid: Number(pid), bornTicks: stat.bornTicks };
}

/** Whether its conmon lives. The command line tells it from a later process with that number. */
async function supervision(folder: ContainerFolder): Promise<"there" | "gone" | "not yet written down"> {
  const pid = Number(await readIfThere(folder.conmonPid));
  if (!(pid > 0)) return "not yet written down";
  return (await argumentsOf(pid)).includes(folder.path) ? "there" : "gone";
}

export type Seen =
  | ContainerState
  /** No end is written down and nobody is there to write it: conmon was killed, or the machine went down. */
  | { readonly kind: "lost"; readonly survivor: ProcessId | undefined };

/** `boot` is the machine's present one. */
export async function lookAt(
  folder: ContainerFolder,
  record: ContainerRecord | undefined,
  boot: string,
): Promise<Seen> {
  const end = await endOf(folder);
  if (end !== undefined) return end;
  if (record === undefined || record.boot !== boot) return { kind: "lost", survivor: undefined };
  const conmon = await supervision(folder);
  const first = await firstProcess(folder);
  const alive = first !== undefined && (await isAlive(first));
  if (conmon === "gone" || (conmon === "not yet written down" && !alive)) {
    // It may have written the end and gone since we looked.
    return (await endOf(folder)) ?? { kind: "lost", survivor: alive ? first : undefined };
  }
  if (first === undefined) return { kind: "starting" };
  return { kind: "running", process: first, startedAt: (await changeOf(folder.pid)) ?? new Date(0) };
}

/** Writes down the end of a container that nobody saw. */
export async function writeLost(folder: ContainerFolder, why: string): Promise<void> {
  await writeWhole(folder.lost, why);
  await writeWhole(folder.exit, "137");
}

async function changeOf(file: string): Promise<Date | undefined> {
  try {
    return (await stat(file)).mtime;
  } catch (fault) {
    if (hasCode(fault, "ENOENT")) return undefined;
    throw fault;
  }
}
