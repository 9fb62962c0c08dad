import type { ChildProcess } from "node:child_process";
import { lstat } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { hasCode } from "../files.ts";
import { type ProcessId, signalPid } from "../processes.ts";
import type { TerminalSize } from "../pseudo-terminal.ts";
import { quote, quoteAll } from "../shell.ts";
import { type Argv, notStarted, start } from "../spawn.ts";
import { candidates, notFound } from "./container-script.ts";
import { CannotRun } from "./plan.ts";
import { environmentOf } from "./privileges.ts";
import type { ContainerRecord } from "./record.ts";

/** A command that runs beside a container's program. */
export interface Execution {
  /** Ends the command's input when it ends. */
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Its exit code once it has ended and all its output was read; 128 + number where a signal ended it. */
  readonly exitCode: Promise<number>;
  /** Kills the command (SIGKILL), but not what it may have left in the background. */
  readonly kill: () => Promise<void>;
  /** Nothing happens where it has no terminal. */
  readonly resize: (size: TerminalSize) => void;
}

/**
 * Runs a command with a container's namespaces, files, groups, user, capabilities and environment. Throws `CannotRun` where
 * the program is not there.
 */
export async function execIn(
  id: string,
  record: ContainerRecord,
  first: ProcessId,
  argv: readonly string[],
): Promise<Execution> {
  const [program = ""] = argv;
  await mustFind(id, program, record, first);
  const command = commandIn(record, first, argv);
  // A process group of its own: nsenter waits for its child, the command, and does not pass signals on.
  const child = start(command, { stdio: ["pipe", "pipe", "pipe"], ownGroup: true });
  return execution(child, command);
}

/** What runs a command beside a container's program. */
export function commandIn(record: ContainerRecord, first: ProcessId, argv: readonly string[]): Argv {
  const inside = ["-t", String(first.pid), "-m", "-u", "-i", "-n", "-p"];
  const chain: Argv = ["nsenter", ...inside, ...record.privileges, ...environmentOf(record.env, record.cwd), ...argv];
  const enter = record.cgroups.map((group) => `echo 0 > ${quote(join(group, "cgroup.procs"))} && `).join("");
  return enter === "" ? chain : ["sh", "-c", `${enter}exec ${quoteAll(chain)}`];
}

/**
 * Throws `CannotRun` where the container has no such program. A symlink counts: it may lead to somewhere that only the container's
 * own root shows.
 */
export async function mustFind(id: string, program: string, record: ContainerRecord, first: ProcessId): Promise<void> {
  for (const path of candidates(program, record.env.PATH ?? "")) {
    const file = join(`/proc/${first.pid}/root`, path.startsWith("/") ? path : join(record.cwd, path));
    try {
      if (!(await lstat(file)).isDirectory()) return;
    } catch (fault) {
      if (!hasCode(fault, "ENOENT", "ENOTDIR", "EACCES")) throw fault;
    }
  }
  throw new CannotRun(id, notFound(program));
}

function execution(child: ChildProcess, command: Argv): Execution {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new TypeError("asked for three pipes");
  // The command may end without reading all its input.
  stdin.on("error", () => {});
  const exitCode = new Promise<number>((resolve, reject) => {
    child.on("error", (cause) => reject(notStarted(command, cause)));
    child.on("close", (code, signal) => resolve(codeOf(code, signal)));
  });
  const kill = async (): Promise<void> => {
    const over = child.exitCode !== null || child.signalCode !== null;
    if (child.pid !== undefined && !over) signalPid(-child.pid, "SIGKILL");
  };
  return { stdin, stdout, stderr, exitCode, kill, resize: () => {} };
}

/** As shells tell how a program ended. */
export const codeOf = (code: number | null, signal: NodeJS.Signals | null): number =>
  code ?? 128 + signalNumber(signal);

const signalNumber = (signal: NodeJS.Signals | null): number => (signal === null ? 0 : constants.signals[signal]);
