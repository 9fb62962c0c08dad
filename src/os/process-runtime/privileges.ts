import type { Capabilities, ProcessPlan } from "./plan.ts";
import type { UserIds } from "./users.ts";

/** What stands before a program so that it runs as this user, with these capabilities. */
export function privilegesOf(plan: ProcessPlan, ids: UserIds): readonly string[] {
  return [
    ...["setpriv", `--bounding-set=${boundingSet(plan.capabilities)}`],
    ...(ids.uid === 0 && ids.gid === 0 ? [] : [`--reuid=${ids.uid}`, `--regid=${ids.gid}`]),
    ids.groups.length === 0 ? "--clear-groups" : `--groups=${ids.groups.join(",")}`,
    ...(plan.noNewPrivileges ? ["--no-new-privs"] : []),
    "--",
  ];
}

/**
 * What stands before a program so that it has this environment and no other, and looks for itself on its PATH. Signals go back to
 * their defaults, since conmon ignores SIGPIPE, and shells SIGINT and SIGQUIT for what they start in the background.
 */
export function environmentOf(env: Readonly<Record<string, string>>, cwd?: string): readonly string[] {
  const folder = cwd === undefined ? [] : [`--chdir=${cwd}`];
  return [
    "env",
    "-i",
    "--default-signal",
    ...folder,
    "--",
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
  ];
}

/** Programs at a terminal are told what kind it is, as Docker and containerd tell them. */
export const withTerminal = (env: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
  TERM: "xterm",
  ...env,
});

/** Docker's and containerd's usual set but for mknod: no device cgroup guards the machine's disks here. */
const usualCapabilities = [
  ...["audit_write", "chown", "dac_override", "fowner", "fsetid", "kill", "net_bind_service", "net_raw"],
  ...["setfcap", "setgid", "setpcap", "setuid", "sys_chroot"],
];

function boundingSet(capabilities: Capabilities): string {
  if (capabilities.kind === "all") return "+all";
  const names = (list: readonly string[]): readonly string[] =>
    list.map((name) => name.toLowerCase().replace(/^cap_/, ""));
  const [add, drop] = [names(capabilities.add), names(capabilities.drop)];
  const kept = drop.includes("all") ? [] : usualCapabilities.filter((name) => !drop.includes(name));
  if (add.includes("all"))
    return ["+all", ...drop.filter((name) => name !== "all").map((name) => `-${name}`)].join(",");
  return ["-all", ...new Set([...kept, ...add].map((name) => `+${name}`))].join(",");
}
