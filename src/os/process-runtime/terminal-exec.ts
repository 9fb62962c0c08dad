import type { ChildProcess } from "node:child_process";
import { closeSync, writeSync } from "node:fs";
import { PassThrough, Readable, Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { ReadStream } from "node:tty";
import { hasCode } from "../files.ts";
import { allPids, type ProcessId, parentOf, signalPid } from "../processes.ts";
import type { PseudoTerminal } from "../pseudo-terminal.ts";
import { notStarted, start } from "../spawn.ts";
import { codeOf, commandIn, type Execution, mustFind } from "./exec.ts";
import { withTerminal } from "./privileges.ts";
import type { ContainerRecord } from "./record.ts";
import { ownTerminal } from "./stdio-script.ts";
import { terminalOf } from "./terminal.ts";

/**
 * As `execIn`, at a terminal of its own in the container's /dev/pts: all output is in `stdout`, and an end of input is typed (^D).
 * Rejects with `NoTerminals`, too.
 */
export async function execAtTerminal(
  id: string,
  record: ContainerRecord,
  first: ProcessId,
  argv: readonly string[],
): Promise<Execution> {
  await mustFind(id, argv[0] ?? "", record, first);
  const terminal = await terminalOf(first.pid);
  const wrap = [...ownTerminal, ...record.privileges];
  const command = commandIn({ ...record, privileges: wrap, env: withTerminal(record.env) }, first, argv);
  const slave = terminal.openSlave(record.uid);
  const child = start(command, { stdio: [slave, slave, slave], ownGroup: true });
  closeSync(slave);
  const { promise: exitCode, resolve, reject } = Promise.withResolvers<number>();
  child.on("error", (cause) => reject(notStarted(command, cause)));
  child.on("exit", (code, signal) => resolve(codeOf(code, signal)));
  const screen = new ReadStream(terminal.master);
  return {
    stdin: keyboard(terminal, screen),
    stdout: shown(screen, exitCode),
    stderr: Readable.from([]),
    exitCode,
    kill: () => killBoth(child, screen),
    resize: (size) => {
      if (!screen.destroyed) terminal.resize(size);
    },
  };
}

/** What is read from a terminal until nobody has it open, or its command has ended and what it wrote is out. */
function shown(screen: ReadStream, ended: Promise<number>): Readable {
  const output = new PassThrough();
  let [pieces, isHeld] = [0, false];
  screen.on("data", (piece: Buffer) => {
    pieces += 1;
    isHeld = !output.write(piece);
    if (isHeld) screen.pause();
  });
  output.on("drain", () => {
    isHeld = false;
    screen.resume();
  });
  // EIO: the last program has closed it.
  screen.on("error", () => {});
  screen.on("close", () => output.end());
  output.on("close", () => screen.destroy());
  // What it left in the background may keep the terminal open. The kernel hands output on a moment after it was written.
  const close = async (): Promise<void> => {
    await Promise.allSettled([ended]);
    for (let before = -1; !screen.destroyed && (isHeld || pieces !== before); ) {
      before = pieces;
      await pause(quietMs);
    }
    screen.destroy();
  };
  void close();
  return output;
}
const quietMs = 50;

const endOfInput = Buffer.of(4);
const newline = 10;
/** How soon a full terminal is tried again. */
const fullMs = 10;

function keyboard({ master }: PseudoTerminal, screen: ReadStream): Writable {
  let last = newline;
  const type = async (keys: Buffer): Promise<void> => {
    for (let at = 0; at < keys.length && !screen.destroyed; ) {
      const taken = typed(master, keys.subarray(at));
      at += taken;
      if (taken === 0) await pause(fullMs);
    }
    last = keys.at(-1) ?? last;
  };
  return new Writable({
    write(keys: Buffer, _encoding, done) {
      type(keys).then(() => done(), done);
    },
    // In the middle of a line the first one only sends what was typed of it.
    final(done) {
      type(last === newline ? endOfInput : Buffer.concat([endOfInput, endOfInput])).then(() => done(), done);
    },
  });
}

/** How many bytes the terminal takes now. */
function typed(master: number, keys: Buffer): number {
  try {
    return writeSync(master, keys);
  } catch (fault) {
    if (hasCode(fault, "EAGAIN")) return 0;
    if (hasCode(fault, "EIO")) return keys.length; // nobody reads it any more
    throw fault;
  }
}

/** nsenter, and the command, which is its child and the leader of a session of its own; with it goes what it runs in the foreground. */
async function killBoth(child: ChildProcess, screen: ReadStream): Promise<void> {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const pids = await allPids();
  const parents = await Promise.all(pids.map(parentOf));
  for (const [i, one] of pids.entries()) if (parents[i] === pid) signalPid(one, "SIGKILL");
  signalPid(-pid, "SIGKILL");
  screen.destroy();
}
