import { join } from "node:path";
import { quote, quoteAll } from "../shell.ts";
import type { ContainerFolder } from "./folders.ts";
import type { ProcessPlan } from "./plan.ts";
import { reportDescriptor, stdioScripts, terminalDescriptor } from "./stdio-script.ts";

export interface Setting {
  /** What stands before the program: `privilegesOf` and `environmentOf` it. */
  readonly wrap: readonly string[];
  readonly readOnlyRoot: boolean;
  /** Groups to be in. */
  readonly cgroups: readonly string[];
}

/**
 * What conmon runs as its OCI runtime, already in the pod's namespaces and in a new mount namespace, and with a new PID namespace
 * for its children: leaves the container's first process behind, which conmon as a subreaper adopts, and ends.
 *
 * `pivot_root` moves every process of the mount namespace, this shell too: all files outside are opened before. The child
 * reads its pid as seen from outside where /proc still is the machine's.
 */
export function containerScript(folder: ContainerFolder, plan: ProcessPlan, setting: Setting): string {
  const stdio = stdioScripts[plan.stdio.kind];
  return [
    '[ "$1" = create ] || exit 0',
    ...setting.cgroups.map((group) => `echo 0 > ${quote(join(group, "cgroup.procs"))} || exit 1`),
    `exec 5>${quote(folder.fault)} 6>${quote(folder.pid)} 7>${quote(folder.complaints)}`,
    ...stdio.before,
    `( exec 6>&-\n${firstProcess(folder, plan, setting)}) &`,
    "echo $! >&6",
    ...stdio.after,
    "",
  ].join("\n");
}

function firstProcess(folder: ContainerFolder, plan: ProcessPlan, { wrap, readOnlyRoot }: Setting): string {
  const { argv, cwd } = plan;
  const stdio = stdioScripts[plan.stdio.kind];
  const [program = ""] = argv;
  // The agent may have been killed meanwhile; then nobody reads this.
  const report = (word: string): string => `echo ${word} 2>/dev/null >&${reportDescriptor}`;
  const fail = `${report("failed")}; exit 128`;
  const mounts = [
    `mount -n -a -T ${quote(folder.fstab)}`,
    `cd ${quote(folder.root)}`,
    "pivot_root . mnt",
    "umount -n -l /mnt",
    ...(readOnlyRoot ? ["mount -n -o remount,bind,ro /"] : []),
  ];
  return [
    `read -r stat < /proc/self/stat; echo "$stat" > ${quote(folder.born)}`,
    // It may complain and go on, so what it says is no fault yet.
    `{ ${mounts.join(" && ")}; } 2>&7 || { echo "its files could not be mounted" >&5; ${fail}; }`,
    `cd ${quote(cwd)} 2>/dev/null || { echo ${quote(noFolder(cwd))} >&5; ${fail}; }`,
    `for file in ${quoteAll(candidates(program, plan.env.PATH ?? ""))}; do [ -f "$file" ] && [ -x "$file" ] && break; file=; done`,
    `[ -n "$file" ] || { echo ${quote(notFound(program))} >&5; ${fail}; }`,
    ...stdio.inside(fail),
    `${report("ready")}; exec ${reportDescriptor}>&- ${terminalDescriptor}>&- 5>&- 7>&-`,
    `exec ${quoteAll([...stdio.wrap, ...wrap, ...argv])}`,
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

const noFolder = (cwd: string): string =>
  `chdir to cwd (${JSON.stringify(cwd)}) set in config.json failed: no such file or directory`;
