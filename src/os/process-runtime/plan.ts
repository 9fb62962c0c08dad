import type { Ip } from "#net/ip.ts";
import type { Limits } from "../cgroups.ts";

/** The namespaces that the containers of a pod share. */
export interface SandboxPlan {
  /** Names its folder: letters, digits, `.` and `-`. */
  readonly id: string;
  readonly hostname: string;
  /** `host`: this machine's own interfaces, and its hostname. Otherwise addresses, one of each family at most. */
  readonly network: "host" | readonly Ip[];
  readonly hostPID: boolean;
  readonly hostIPC: boolean;
  /** Only such as a namespace of its own holds: `net.…`, `kernel.shm…`, `kernel.msg…`, `kernel.sem`, `fs.mqueue.…`. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Given back by `list`; the runtime does not read them. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface ContainerPlan {
  readonly sandbox: string;
  /** Letters, digits, `.` and `-`. */
  readonly name: string;
  /** Counts restarts from 0. Every attempt has its own files and log. */
  readonly attempt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly process: ProcessPlan;
  readonly files: FilesPlan;
  readonly limits: Limits;
}

/** What runs, and as whom. */
export interface ProcessPlan {
  /** The program and its arguments; looked for on the PATH of `env` where it has no slash. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Made where it is not there. */
  readonly cwd: string;
  readonly user: User;
  readonly capabilities: Capabilities;
  readonly noNewPrivileges: boolean;
  readonly stdio: StdioPlan;
}

/** What it is connected to. Its outputs go into the log in any case. */
export type StdioPlan =
  /** It finds its input ended. */
  | { readonly kind: "outputs" }
  /** Whoever attaches may write to it; `once`: its input ends with the first of them. */
  | { readonly kind: "input"; readonly once: boolean }
  /** A terminal, on which those that attach may type where it `isOpen` to them. */
  | { readonly kind: "terminal"; readonly isOpen: boolean };

export interface User {
  /** A number or a name that /etc/passwd knows; root where absent. */
  readonly user?: string;
  /** A number or a name; the user's own group, else 0, where absent. */
  readonly group?: string;
  readonly supplementalGroups: readonly number[];
}

export type Capabilities =
  | { readonly kind: "all" }
  /** On top of the usual ones; names as the API writes them (`NET_ADMIN`, `ALL`). */
  | { readonly kind: "changed"; readonly add: readonly string[]; readonly drop: readonly string[] };

/** What it finds below `/`. */
export interface FilesPlan {
  readonly mounts: readonly BindMount[];
  /** Texts of files in /etc, by name: `hosts`, `hostname`, `resolv.conf`. */
  readonly etc: Readonly<Record<string, string>>;
  /** This machine's devices, /sys and /proc/sys can be written to. */
  readonly privileged: boolean;
  readonly readOnlyRoot: boolean;
  /** A file that the container may write its last words to. */
  readonly terminationMessagePath: string;
}

export interface BindMount {
  /** A file or folder of this machine. */
  readonly from: string;
  /** Where the container finds it: an absolute path. Made where it is not there. */
  readonly at: string;
  readonly readOnly: boolean;
}

/** A container can't be run as its plan says; no process of it is left. */
export class CannotRun extends Error {
  readonly code = "CannotRun";
  readonly where: string;
  readonly fix = "correct the container's command, working directory, user or mounts";
  constructor(container: string, why: string, options?: { readonly cause: unknown }) {
    super(why, options);
    this.where = container;
  }
}
