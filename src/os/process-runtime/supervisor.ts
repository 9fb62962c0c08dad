import { basename, join } from "node:path";
import { Duplex, Readable } from "node:stream";
import { sealDescriptors } from "../descriptors.ts";
import { type Argv, commandEnv, notStarted, start } from "../spawn.ts";
import type { ContainerFolder, Folders, Pin, SandboxFolder } from "./folders.ts";
import { CannotRun, type StdioPlan } from "./plan.ts";
import { faultOf } from "./state.ts";
import { reportDescriptor } from "./stdio-script.ts";
import { type GivenTerminal, giveTerminal } from "./terminal.ts";

/** conmon itself cuts a log off here; long before, `rotateLog` should have moved it. */
const logBytes = 64 * 1024 * 1024;

/** What a container shares with others, and what it is connected to. */
export interface Enclosure {
  readonly sandbox: SandboxFolder;
  readonly pins: readonly Pin[];
  readonly hostPID: boolean;
  readonly stdio: StdioPlan;
  /** Whose its terminal is. */
  readonly uid: number;
}

/**
 * Starts a conmon, and by that the container's script, and waits until the program is about to run. Throws `CannotRun` with what
 * the script says, and `CommandFailed` where there is no conmon.
 */
export async function supervise(
  folders: Folders,
  folder: ContainerFolder,
  id: string,
  around: Enclosure,
): Promise<void> {
  const enter = [
    ...around.pins.map((pin) => `--${pin}=${around.sandbox.pins[pin]}`),
    ...["unshare", "--mount", ...(around.hostPID ? [] : ["--pid"]), "sh", folder.script],
  ];
  const argv: Argv = [
    ...(["conmon", "--full-attach", "-c", id, "-u", id, "-n", id, "-b", folder.path] as const),
    ...["-r", "/usr/bin/nsenter", ...enter.map((word) => `--runtime-arg=${word}`)],
    ...["-p", folder.pid, "-P", folder.conmonPid, "--exit-dir", folders.exits],
    ...stdioOptions(around.stdio),
    ...["-l", `k8s-file:${folder.log}`, "--log-size-max", String(logBytes), "--no-sync-log"],
  ];
  const { stdio, uid } = around;
  const answer: TerminalAnswer = (pid, console) =>
    giveTerminal({ pid, console: join(folder.path, basename(console)), uid });
  const why = await report(argv, folder, stdio.kind === "terminal" ? answer : undefined);
  if (why === undefined) return;
  throw new CannotRun(id, (await faultOf(folder)) ?? (why === "" ? notBegun : `conmon could not start it: ${why}`));
}

function stdioOptions(stdio: StdioPlan): readonly string[] {
  switch (stdio.kind) {
    case "outputs":
      return [];
    case "input":
      return stdio.once ? ["-i"] : ["-i", "--leave-stdin-open"];
    case "terminal":
      return ["-t", ...(stdio.isOpen ? ["-i", "--leave-stdin-open"] : [])];
  }
}

const notBegun = "it ended before its program could run: it was killed, or its pod's namespaces are gone";

/** undefined: it is ready. Otherwise what conmon said, or nothing where the script has written down why. */
async function report(
  argv: Argv,
  folder: ContainerFolder,
  answer: TerminalAnswer | undefined,
): Promise<string | undefined> {
  const own = answer === undefined ? (["pipe"] as const) : (["pipe", "pipe"] as const);
  const stdio = [
    "ignore",
    "ignore",
    "pipe",
    ...own,
    ...(await sealDescriptors(reportDescriptor + own.length)),
  ] as const;
  // conmon leaves the file `oom` in the folder it was started in. It is not asked to tell the pid on a pipe (_OCI_SYNCPIPE):
  // where nobody reads that any more, because the agent was killed, it would end and leave the container alone.
  // It leaves its socket for a terminal that nobody gave it in TMPDIR, whose name has to be short: the same folder.
  const env = { ...commandEnv(), TMPDIR: "/proc/self/cwd" };
  const conmon = start(argv, { stdio, cwd: folder.path, env });
  const [, , errors, told, taken] = conmon.stdio;
  if (!(errors instanceof Readable && told instanceof Duplex)) throw new TypeError("asked for two pipes");
  // The process that we start ends once it has written down the pid of the one that stays.
  const detached = new Promise<void>((resolve) => conmon.on("exit", () => resolve()));
  return new Promise((resolve, reject) => {
    let said = "";
    let release = (): void => {};
    const done = (why: string | undefined): void => {
      for (const pipe of [errors, told, taken]) pipe?.destroy();
      release();
      release = () => {};
      detached.then(() => resolve(why));
    };
    errors.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    told.on("data", (chunk: Buffer) => {
      const [word, pid, console = ""] = chunk.toString().trim().split(" ");
      if (word !== "terminal" || answer === undefined) return done(word === "ready" ? undefined : "");
      answer(Number(pid), console).then(
        (terminal) => {
          release = terminal.release;
          if (taken instanceof Duplex) taken.end("taken\n");
          told.write(`${terminal.number}\n`);
        },
        (fault: Error) => done(fault.message),
      );
    });
    // conmon has this descriptor too: it is gone, and so is the script.
    told.on("end", () => done(said));
    for (const pipe of [errors, told, taken]) pipe?.on("error", (fault) => done(fault.message));
    conmon.on("error", (cause) => reject(notStarted(argv, cause)));
  });
}

/** Gives a container that asks for one its terminal. */
type TerminalAnswer = (pid: number, console: string) => Promise<GivenTerminal>;
