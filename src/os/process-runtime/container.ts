import { mkdir, writeFile } from "node:fs/promises";
import { createCgroups } from "../cgroups.ts";
import { containerScript } from "./container-script.ts";
import { containerId, type Folders } from "./folders.ts";
import { CannotRun, type ContainerPlan } from "./plan.ts";
import { environmentOf, privilegesOf, withTerminal } from "./privileges.ts";
import { type ContainerRecord, readSandboxRecord, writeRecord } from "./record.ts";
import { prepareRoot, type Surroundings } from "./root-file-system.ts";
import { supervise } from "./supervisor.ts";
import { userIds } from "./users.ts";

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
  const { cwd, stdio } = plan.process;
  const env = stdio.kind === "terminal" ? withTerminal(plan.process.env) : plan.process.env;
  const ids = await userIds(id, plan.process.user);
  const privileges = privilegesOf(plan.process, ids);
  const group = cgroupParent(folders);
  const record: ContainerRecord = {
    labels: plan.labels,
    boot: sandbox.boot,
    privileges,
    uid: ids.uid,
    env,
    cwd,
    takesInput: stdio.kind === "input" || (stdio.kind === "terminal" && stdio.isOpen),
    hasTerminal: stdio.kind === "terminal",
    // Nothing else tells what belongs to a container among the machine's processes.
    cgroups: await createCgroups(group, id, sandbox.hostPID ? { pids: "max", ...plan.limits } : plan.limits),
    createdMs: Date.now(),
  };
  await writeRecord(folder.record, record);
  const setting = {
    wrap: [...privileges, ...environmentOf(env)],
    readOnlyRoot: plan.files.readOnlyRoot,
    cgroups: record.cgroups,
    stdio: stdio.kind,
  };
  const script = writeFile(folder.script, containerScript(folder, plan.process, setting), { mode: 0o600 });
  const own = folders.sandbox(plan.sandbox);
  prepareRoot(id, folder, { ...plan.files, cwd }, { ...around, shm: sandbox.hostIPC ? "/dev/shm" : own.shm });
  await script;
  await supervise(folders, folder, id, { ...sandbox, sandbox: own, stdio, uid: ids.uid });
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
