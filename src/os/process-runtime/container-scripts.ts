import { join } from "node:path";
import { quote, quoteAll } from "../shell.ts";
import type { ContainerFolder, Pin, SandboxFolder } from "./folders.ts";
import type { ProcessPlan } from "./plan.ts";

export interface Enclosure {
  readonly sandbox: SandboxFolder;
  readonly pins: readonly Pin[];
  readonly hostPID: boolean;
  readonly cgroups: readonly string[];
}

/**
 * What conmon runs as its OCI runtime, with the argument `create`. It enters the groups and the pod's namespaces, leaves the
 * first process of a new PID and mount namespace behind (conmon, a subreaper, adopts it), writes down its pid as seen from
 * outside, and waits until that process says `ready` on descriptor 3, right before it becomes the container's program.
 *
 * Two `unshare`: `pivot_root` moves every process of a mount namespace, and must not move the shell that writes the pid.
 */
export function createScript(folder: ContainerFolder, around: Enclosure): string {
  const enter = around.pins.map((pin) => `--${pin}=${around.sandbox.pins[pin]}`);
  const first = 'unshare --mount sh "$0" & read -r s < /proc/$!/stat; echo "$s" > "$1"; echo $! > "$2"';
  const chain = [
    ...(enter.length > 0 ? ["nsenter", ...enter] : []),
    ...(around.hostPID ? [] : ["unshare", "--pid"]),
    ...["sh", "-c", first, folder.run, folder.born, folder.pid],
  ];
  return [
    '[ "$1" = create ] || exit 0',
    ...around.cgroups.map((group) => `echo 0 > ${quote(join(group, "cgroup.procs"))} || exit 1`),
    "exec 4>&1",
    `said=$(exec 3>&1 1>&4 4>&-; exec ${quoteAll(chain)})`,
    "case $said in *ready) exit 0;; esac",
    `printf %s "$said" > ${quote(folder.fault)}`,
    "echo refused >&2; exit 1",
    "",
  ].join("\n");
}

export interface Setting {
  /** What stands before the program: `privilegesOf` and `environmentOf` it. */
  readonly wrap: readonly string[];
  readonly readOnlyRoot: boolean;
}

/** What becomes the container's program: mounts its files, makes them its root, looks for the program and gives way to it. */
export function runScript(folder: ContainerFolder, plan: ProcessPlan, how: Setting): string {
  const [program = ""] = plan.argv;
  return [
    `mount -n -a -T ${quote(folder.fstab)} 2>&3 || exit 125`,
    `cd ${quote(folder.root)} && pivot_root . mnt 2>&3 && umount -n -l /mnt 2>&3 || exit 125`,
    ...(how.readOnlyRoot ? ["mount -n -o remount,bind,ro / 2>&3 || exit 125"] : []),
    `cd ${quote(plan.cwd)} || { echo ${quote(`chdir to cwd (${JSON.stringify(plan.cwd)}): no such directory`)} >&3; exit 126; }`,
    `for f in ${quoteAll(candidates(program, plan.env.PATH ?? ""))}; do [ -f "$f" ] && [ -x "$f" ] && break; f=; done`,
    `[ -n "$f" ] || { echo ${quote(notFound(program))} >&3; exit 127; }`,
    "echo ready >&3; exec 3>&-",
    `exec ${quoteAll([...how.wrap, ...plan.argv])}`,
    "",
  ].join("\n");
}

/** Where a shell would look for a program. */
export const candidates = (program: string, path: string): readonly string[] =>
  program.includes("/") ? [program] : path.split(":").map((folder) => join(folder === "" ? "." : folder, program));

/** In the words of runc, which users of Kubernetes know. */
export const notFound = (program: string): string =>
  program.includes("/")
    ? `exec: ${JSON.stringify(program)}: stat ${program}: no such file or directory`
    : `exec: ${JSON.stringify(program)}: executable file not found in $PATH`;
