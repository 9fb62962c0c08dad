import { Readable } from "node:stream";
import { sealDescriptors } from "../descriptors.ts";
import { type Argv, commandEnv, notStarted, start } from "../spawn.ts";
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
  throw new CannotRun(
    id,
    (await faultOf(folder)) ??
      (why === "" ? "it was killed before its program could run" : `conmon could not start it: ${why}`),
  );
}

/** undefined: it is ready. Otherwise what conmon said, or nothing where the script has written down why. */
async function report(argv: Argv, folder: ContainerFolder): Promise<string | undefined> {
  const stdio = ["ignore", "ignore", "pipe", "pipe", "pipe", ...(await sealDescriptors(reportDescriptor + 1))] as const;
  // conmon leaves the file `oom` in the folder it was started in. On descriptor 3 it says -1 where the script could not run, and
  // keeps it open until it ends.
  const conmon = start(argv, { stdio, env: { ...commandEnv(), _OCI_SYNCPIPE: "3" }, cwd: folder.path });
  const [, , errors, sync, told] = conmon.stdio;
  if (!(errors instanceof Readable && sync instanceof Readable && told instanceof Readable))
    throw new TypeError("asked for three pipes");
  return new Promise((resolve, reject) => {
    let said = "";
    const done = (why: string | undefined): void => {
      for (const pipe of [errors, sync, told]) pipe.destroy();
      resolve(why);
    };
    told.on("data", (chunk: Buffer) => done(chunk.toString().startsWith("ready") ? undefined : ""));
    errors.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    sync.on("data", (chunk: Buffer) => {
      if (/-1/.test(chunk.toString())) done(said + chunk.toString());
    });
    sync.on("end", () => done(said));
    for (const pipe of [errors, sync, told]) pipe.on("error", (fault) => done(fault.message));
    conmon.on("error", (cause) => reject(notStarted(argv, cause)));
  });
}
