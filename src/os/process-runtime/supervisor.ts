import { Readable } from "node:stream";
import { sealDescriptors } from "../descriptors.ts";
import { type Argv, notStarted, start } from "../spawn.ts";
import { reportDescriptor } from "./container-script.ts";
import type { ContainerFolder, Folders, Pin, SandboxFolder } from "./folders.ts";
import { CannotRun } from "./plan.ts";
import { faultOf } from "./state.ts";

/** conmon itself cuts a log off here; long before, `rotateLog` should have moved it. */
const logBytes = 64 * 1024 * 1024;

/** Which namespaces a container does not have of its own. */
export interface Enclosure {
  readonly sandbox: SandboxFolder;
  readonly pins: readonly Pin[];
  readonly hostPID: boolean;
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
    ...["-l", `k8s-file:${folder.log}`, "--log-size-max", String(logBytes), "--no-sync-log"],
  ];
  const why = await report(argv, folder);
  if (why === undefined) return;
  throw new CannotRun(id, (await faultOf(folder)) ?? (why === "" ? notBegun : `conmon could not start it: ${why}`));
}

const notBegun = "it ended before its program could run: it was killed, or its pod's namespaces are gone";

/** undefined: it is ready. Otherwise what conmon said, or nothing where the script has written down why. */
async function report(argv: Argv, folder: ContainerFolder): Promise<string | undefined> {
  const stdio = ["ignore", "ignore", "pipe", "pipe", ...(await sealDescriptors(reportDescriptor + 1))] as const;
  // conmon leaves the file `oom` in the folder it was started in. It is not asked to tell the pid on a pipe (_OCI_SYNCPIPE):
  // where nobody reads that any more, because the agent was killed, it would end and leave the container alone.
  const conmon = start(argv, { stdio, cwd: folder.path });
  const [, , errors, told] = conmon.stdio;
  if (!(errors instanceof Readable && told instanceof Readable)) throw new TypeError("asked for two pipes");
  // The process that we start ends once it has written down the pid of the one that stays.
  const detached = new Promise<void>((resolve) => conmon.on("exit", () => resolve()));
  return new Promise((resolve, reject) => {
    let said = "";
    const done = (why: string | undefined): void => {
      for (const pipe of [errors, told]) pipe.destroy();
      detached.then(() => resolve(why));
    };
    errors.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    told.on("data", (chunk: Buffer) => done(chunk.toString().startsWith("ready") ? undefined : ""));
    // conmon has this descriptor too: it is gone, and so is the script.
    told.on("end", () => done(said));
    for (const pipe of [errors, told]) pipe.on("error", (fault) => done(fault.message));
    conmon.on("error", (cause) => reject(notStarted(argv, cause)));
  });
}
