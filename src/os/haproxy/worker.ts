import { setTimeout as pause } from "node:timers/promises";
import { argumentsOf, isAlive, type ProcessId, processNow, signalProcess } from "../processes.ts";
import { start } from "../spawn.ts";
import { ConfigurationRefused, mostSaid } from "./check.ts";
import type { Generation } from "./generations.ts";
import type { HaproxyProgram } from "./program.ts";
import { openRuntimeSocket, type RuntimeSocket, RuntimeSocketLost } from "./runtime-socket.ts";

/** One process of HAProxy: the one that takes connections, or one that lets its last requests end. */
export interface Worker {
  readonly id: ProcessId;
  /** Resolves when it has ended, whatever ended it. */
  readonly ended: Promise<void>;
  /** Undefined for a worker of an earlier run that isn't the newest: nobody reaches it any more. */
  readonly runtime: RuntimeSocket | undefined;
}

export interface WorkerOptions {
  readonly program: HaproxyProgram;
  /** As the configuration has it, with `expose-fd listeners`. */
  readonly runtimeSocket: string;
  /** Where HAProxy's standard output goes: what its configuration logs there. */
  readonly output: "inherit" | "ignore" | number;
}

/** From its start until it answers, for very large configurations on a busy machine too. */
const patienceMs = 60_000;
const betweenLooksMs = 5;

/**
 * Starts a worker and waits until it serves. It takes the listening sockets over from `before`, which then takes no new connection and ends
 * with its last one. Rejects with `ConfigurationRefused` where it ends instead: `before` serves on.
 */
export async function startWorker(
  options: WorkerOptions,
  generation: Generation,
  before: Worker | undefined,
): Promise<Worker> {
  const takeOver = before === undefined ? [] : ["-x", options.runtimeSocket, "-sf", String(before.id.pid)];
  const child = start([options.program.path, "-db", "-f", "haproxy.cfg", ...takeOver], {
    stdio: ["ignore", options.output, "pipe"],
    cwd: generation.folder,
    // Ctrl-C is meant for us: we let HAProxy end its requests.
    ownGroup: true,
  });
  let said = "";
  let gone = false;
  child.stderr?.on("data", (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-mostSaid);
  });
  const ended = new Promise<void>((resolve) => {
    child.on("error", ({ message }) => {
      said ||= message;
      gone = true;
      resolve();
    });
    child.on("close", () => {
      gone = true;
      resolve();
    });
  });
  const id = child.pid === undefined ? undefined : await processNow(child.pid);
  for (const deadline = performance.now() + patienceMs; id !== undefined && !gone; await pause(betweenLooksMs)) {
    const runtime = await runtimeOf(id, options.runtimeSocket);
    if (runtime !== undefined) return { id, ended, runtime };
    if (performance.now() > deadline) await signalProcess(id, "SIGKILL");
  }
  await ended;
  throw new ConfigurationRefused(generation.folder, said);
}

/** A connection to that very process; undefined where it is not the one that listens there. */
async function runtimeOf(id: ProcessId, path: string): Promise<RuntimeSocket | undefined> {
  // Not yet, or no more: who asks looks at the process too.
  const runtime = await unlessLost(openRuntimeSocket(path));
  if (runtime === undefined) return undefined;
  if ((await answered(runtime))?.pid === id.pid) return runtime;
  runtime.close();
  return undefined;
}

/** What a worker says of itself. */
export interface WorkerFacts {
  readonly pid: number;
  /** Of clients: those to its runtime socket are not counted. */
  readonly connections: number;
  /** Since its start; what is said to the runtime socket on one connection doesn't add to it. */
  readonly requests: number;
}

/** Undefined where it does not answer any more. */
async function answered(runtime: RuntimeSocket): Promise<WorkerFacts | undefined> {
  const [info] = (await unlessLost(runtime.ask(["show info"]))) ?? [];
  return info === undefined ? undefined : factsFrom(info);
}

async function unlessLost<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (fault) {
    if (fault instanceof RuntimeSocketLost) return undefined;
    throw fault;
  }
}

/** Undefined where it has ended, or can't be reached. */
export const factsOf = async ({ runtime }: Worker): Promise<WorkerFacts | undefined> =>
  runtime === undefined ? undefined : answered(runtime);

/** From the answer to `show info`. */
function factsFrom(info: string): WorkerFacts {
  const number = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(info)?.[1] ?? 0);
  return { pid: number("Pid"), connections: number("CurrConns"), requests: number("CumReq") };
}

/** How many requests, WebSockets and the like are under way: connections that are idle have none. */
export async function streamsOf({ runtime }: Worker): Promise<number> {
  const [sessions = ""] = (runtime && (await unlessLost(runtime.ask(["show sess"])))) ?? [];
  return sessions.split("\n").filter((line) => line !== "" && !/ fe=GLOBAL /.test(line)).length;
}

/** A worker that an earlier run of ours has left serving; undefined where it has gone or is none. */
export async function adopt(id: ProcessId, runtimeSocket: string): Promise<Worker | undefined> {
  if (!(await isAlive(id)) || !(await argumentsOf(id.pid)).includes("haproxy.cfg")) return undefined;
  return { id, ended: endOf(id), runtime: await runtimeOf(id, runtimeSocket) };
}

/** Nobody tells us of the end of a process that isn't our child. */
async function endOf(id: ProcessId): Promise<void> {
  while (await isAlive(id)) await pause(adoptedLookMs, undefined, { ref: false });
}
const adoptedLookMs = 250;
