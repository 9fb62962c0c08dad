import type { ChildProcess } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { createCgroups } from "../cgroups.ts";
import { sealDescriptors } from "../descriptors.ts";
import { readIfThere } from "../files.ts";
import { type Argv, commandEnv, notStarted, start } from "../spawn.ts";
import { createScript, runScript } from "./container-scripts.ts";
import { type ContainerFolder, containerId, type Folders } from "./folders.ts";
import { CannotRun, type ContainerPlan } from "./plan.ts";
import { environmentOf, privilegesOf } from "./privileges.ts";
import { type ContainerRecord, readSandboxRecord, writeRecord } from "./record.ts";
import { prepareRoot, type Surroundings } from "./root-file-system.ts";
import { userIds } from "./users.ts";

/** conmon itself cuts a log off here; long before, `rotateLog` should have moved it. */
const conmonLogBytes = 64 * 1024 * 1024;

/**
 * Starts a container and resolves once its program is about to run. Throws `CannotRun` where the plan can't be carried out, and
 * `CommandFailed` where conmon can't.
 */
export async function startContainer(
  folders: Folders,
  plan: ContainerPlan,
  around: Omit<Surroundings, "shm">,
): Promise<void> {
  const id = containerId(plan);
  const folder = folders.container(id);
  const sandbox = await readSandboxRecord(folders.sandbox(plan.sandbox).record);
  if (sandbox === undefined) throw new RangeError(`no sandbox ${plan.sandbox}`);
  await mkdir(folder.path, { mode: 0o700 });
  checkText(id, plan);
  const { env, cwd } = plan.process;
  const privileges = privilegesOf(plan.process, await userIds(id, plan.process.user));
  const group = cgroupParent(folders);
  const record: ContainerRecord = {
    labels: plan.labels,
    boot: sandbox.boot,
    privileges,
    env,
    cwd,
    // Nothing else tells what belongs to a container among the machine's processes.
    cgroups: await createCgroups(group, id, sandbox.hostPID ? { pids: "max", ...plan.limits } : plan.limits),
    createdMs: Date.now(),
  };
  await writeRecord(folder.record, record);
  const shm = sandbox.hostIPC ? "/dev/shm" : folders.sandbox(plan.sandbox).shm;
  const enclosure = { ...sandbox, sandbox: folders.sandbox(plan.sandbox), cgroups: record.cgroups };
  const setting = { wrap: [...privileges, ...environmentOf(env)], readOnlyRoot: plan.files.readOnlyRoot };
  await Promise.all([
    prepareRoot(id, folder, { ...plan.files, cwd }, { ...around, shm }),
    writeFile(folder.create, createScript(folder, enclosure)),
    writeFile(folder.run, runScript(folder, plan.process, setting), { mode: 0o600 }),
  ]);
  await supervise(folders, folder, id);
}

/** One folder of cgroups a runtime, told apart by where the runtime's own folder is. */
export const cgroupParent = (folders: Folders): string => `portolan${folders.dir.replaceAll("/", "-")}`;

// No program can be given a NUL, and env takes what stands before the first `=` for the name.
function checkText(id: string, { process }: ContainerPlan): void {
  if (process.argv.length === 0) throw new CannotRun(id, "no command specified");
  const words = [...process.argv, process.cwd, ...Object.entries(process.env).flat()];
  if (words.some((word) => word.includes("\0"))) throw new CannotRun(id, "a command or its environment has a NUL byte");
  const odd = Object.keys(process.env).find((name) => name === "" || name.includes("="));
  if (odd !== undefined) throw new CannotRun(id, `not a name for an environment variable: ${JSON.stringify(odd)}`);
}

async function supervise(folders: Folders, folder: ContainerFolder, id: string): Promise<void> {
  const argv: Argv = [
    "conmon",
    ...[
      "--full-attach",
      "-c",
      id,
      "-u",
      id,
      "-n",
      id,
      "-b",
      folder.path,
      "-r",
      "/bin/sh",
      "--runtime-arg",
      folder.create,
    ],
    ...["-p", folder.pid, "-P", folder.conmonPid, "--exit-dir", folders.exits],
    ...["-l", `k8s-file:${folder.log}`, "--log-size-max", String(conmonLogBytes), "--no-sync-log"],
  ];
  const env = { ...commandEnv(), _OCI_SYNCPIPE: "3" };
  const conmon = start(argv, { stdio: ["ignore", "ignore", "pipe", "pipe", ...(await sealDescriptors(4))], env });
  const answer = await answerOf(conmon, argv);
  if (/"(pid|data)": *[1-9]/.test(answer.said)) return;
  const why = (await readIfThere(folder.fault))?.trim();
  throw new CannotRun(id, why || `conmon could not start it: ${answer.said}${answer.stderr}`.trim());
}

interface Answer {
  readonly said: string;
  readonly stderr: string;
}

/** conmon says on descriptor 3 which pid the container got, or -1, and keeps the descriptor; its stderr it soon closes. */
function answerOf(conmon: ChildProcess, argv: Argv): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sync = conmon.stdio[3];
    let said = "";
    let stderr = "";
    const done = (): void => {
      sync?.destroy();
      conmon.stderr?.destroy();
      resolve({ said, stderr });
    };
    conmon.stderr?.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    conmon.on("error", (cause) => reject(notStarted(argv, cause)));
    if (!(sync instanceof Readable)) throw new TypeError("descriptor 3 was asked for as a pipe");
    sync.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("\n")) done();
    });
    sync.on("end", done);
    sync.on("error", done);
  });
}
