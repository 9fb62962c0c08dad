import { readdir } from "node:fs/promises";
import { hasCode, readIfThere } from "./files.ts";

/** A process that no later one with the same number can be taken for. */
export interface ProcessId {
  readonly pid: number;
  /** Clock ticks from boot to its start (proc(5), field 22 of stat). */
  readonly bornTicks: number;
}

interface Stat {
  readonly state: string;
  readonly parent: number;
  readonly bornTicks: number;
}

/** Reads the text of /proc/PID/stat. The command's name stands in brackets and may hold anything. */
export function parseStat(text: string): Stat | undefined {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parent, bornTicks] = [fields[0], Number(fields[1]), Number(fields[19])];
  return state === undefined || !Number.isInteger(bornTicks) ? undefined : { state, parent, bornTicks };
}

/** Who has that number now; undefined where nobody has, or only a dead one that waits for its parent. */
export async function processNow(pid: number): Promise<ProcessId | undefined> {
  const text = await readIfThere(`/proc/${pid}/stat`);
  const stat = text === undefined ? undefined : parseStat(text);
  return stat === undefined || stat.state === "Z" || stat.state === "X"
    ? undefined
    : { pid, bornTicks: stat.bornTicks };
}

/** Who has started it; undefined where it has gone. */
export async function parentOf(pid: number): Promise<number | undefined> {
  const text = await readIfThere(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStat(text)?.parent;
}

export async function isAlive({ pid, bornTicks }: ProcessId): Promise<boolean> {
  return (await processNow(pid))?.bornTicks === bornTicks;
}

/** Whether it was stopped (SIGSTOP, a debugger) and can't act on signals. */
export async function isFrozen(process: ProcessId): Promise<boolean> {
  const text = await readIfThere(`/proc/${process.pid}/stat`);
  const state = text === undefined ? undefined : parseStat(text)?.state;
  return (state === "T" || state === "t") && (await isAlive(process));
}

/** Sends a signal; nothing happens where the process has gone. */
export async function signalProcess(process: ProcessId, signal: NodeJS.Signals): Promise<void> {
  if (await isAlive(process)) signalPid(process.pid, signal);
}

/** As `signalProcess`, for numbers that were read this instant. */
export function signalPid(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (fault) {
    // ESRCH: it went between the look and the signal.
    if (!hasCode(fault, "ESRCH")) throw fault;
  }
}

/** Its arguments; none for kernel threads, dead processes and numbers nobody has. */
export async function argumentsOf(pid: number): Promise<readonly string[]> {
  const text = await readIfThere(`/proc/${pid}/cmdline`);
  return text === undefined || text === "" ? [] : text.replace(/\0$/, "").split("\0");
}

export async function allPids(): Promise<readonly number[]> {
  return (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** Different after every boot of the machine. */
export async function bootId(): Promise<string> {
  return (await readIfThere("/proc/sys/kernel/random/boot_id"))?.trim() ?? "";
}
