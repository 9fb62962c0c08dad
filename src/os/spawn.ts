import { type ChildProcess, spawn } from "node:child_process";

/** A program and its arguments; never a shell line. */
export type Argv = readonly [program: string, ...args: string[]];

export interface RunOptions {
  /** What the program reads from its standard input; nothing where absent. */
  readonly input?: string | Uint8Array;
  /** Kills the program (SIGTERM); `run` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of this machine could not be run, or ended with a code other than 0. */
export class CommandFailed extends Error {
  readonly code = "CommandFailed";
  readonly where: string;
  readonly fix: string;
  /** undefined where it was not started at all or died of a signal. */
  readonly exitCode: number | undefined;
  readonly stderr: string;

  constructor(argv: Argv, ended: Ended, options?: { readonly cause: unknown }) {
    super(`${shown(argv)} ${ended.why}`, options);
    this.where = argv.join(" ");
    this.fix = ended.fix ?? "read what the program says above; run the same command as root to see it again";
    this.exitCode = ended.exitCode;
    this.stderr = ended.stderr;
  }
}

interface Ended {
  readonly why: string;
  readonly stderr: string;
  readonly exitCode?: number;
  readonly fix?: string;
}

/** What Debian and Ubuntu call the package that holds a program we use. */
const packages: Readonly<Record<string, string>> = {
  conmon: "conmon",
  conntrack: "conntrack",
  ip: "iproute2",
  bridge: "iproute2",
  ss: "iproute2",
  nft: "nftables",
  iptables: "iptables",
  "iptables-restore": "iptables",
  "iptables-save": "iptables",
  unshare: "util-linux",
  nsenter: "util-linux",
  setpriv: "util-linux",
  mount: "mount",
  umount: "mount",
  haproxy: "haproxy",
};

/**
 * Runs a program to its end and gives what it printed. Rejects with `CommandFailed` where it can't be started, ends with a code
 * other than 0, or dies of a signal. Programs speak English, and are looked for in the system's folders too.
 */
export function run(argv: Argv, options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = start(argv, {
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      ...(options.signal && { signal: options.signal }),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
    // EPIPE: the program ended without reading everything; its exit code tells the story.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input);
    child.on("error", (cause) => reject(options.signal?.aborted ? options.signal.reason : notStarted(argv, cause)));
    child.on("close", (exitCode, signal) => {
      const said = Buffer.concat(stderr).toString();
      if (exitCode === 0) resolve({ stdout: Buffer.concat(stdout).toString(), stderr: said });
      else reject(failed(argv, { exitCode, signal, stderr: said }));
    });
  });
}

/** Runs a program that may say that there was nothing to undo: somebody else has. */
export async function tolerate(argv: Argv): Promise<void> {
  try {
    await run(argv);
  } catch (fault) {
    if (!(fault instanceof CommandFailed)) throw fault;
  }
}

export interface StartOptions {
  readonly stdio: readonly ("ignore" | "pipe" | "inherit" | "ipc" | number)[];
  /** Instead of this process's environment with `LC_ALL=C`. */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder it starts in, instead of this process's. */
  readonly cwd?: string;
  /** Makes it the leader of a process group, which the negative of its pid names in a signal. */
  readonly ownGroup?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Starts a program and gives its streams while it runs. Listen for `error` (`notStarted` words it) and for `close` or `exit`.
 */
export function start(argv: Argv, options: StartOptions): ChildProcess {
  const [program, ...args] = argv;
  return spawn(program, args, {
    stdio: [...options.stdio],
    env: options.env ?? commandEnv(),
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    detached: options.ownGroup ?? false,
    ...(options.signal && { signal: options.signal }),
  });
}

const systemPath = "/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * The system's folders come before the user's: root must not run what somebody put in the way, and `sbin` is not on everybody's
 * PATH, not even on root's after `su`.
 */
export function commandEnv(): Record<string, string> {
  return { ...definedEnv(), PATH: `${systemPath}:${process.env.PATH ?? "/usr/local/bin"}`, LC_ALL: "C" };
}

function definedEnv(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  return env;
}

/** Words the `error` event of a program that could not be started. */
export function notStarted(argv: Argv, cause: Error & { readonly code?: string }): CommandFailed {
  const [program] = argv;
  const missing = cause.code === "ENOENT";
  const why = missing ? "is not there: no such program" : `could not be started: ${cause.message}`;
  const fix = missing
    ? `install ${program} (Debian and Ubuntu: \`apt-get install ${packages[program] ?? program}\`)`
    : "";
  return new CommandFailed(argv, { why, stderr: "", ...(missing && { fix }) }, { cause });
}

function failed(
  argv: Argv,
  end: { readonly exitCode: number | null; readonly signal: NodeJS.Signals | null; readonly stderr: string },
): CommandFailed {
  const how = end.exitCode === null ? `was killed by ${end.signal}` : `failed with code ${end.exitCode}`;
  const said = end.stderr.trim();
  return new CommandFailed(argv, {
    why: said === "" ? how : `${how}: ${said}`,
    stderr: end.stderr,
    ...(end.exitCode !== null && { exitCode: end.exitCode }),
  });
}

/** For messages: long command lines are cut, the whole stands in `where`. */
const shown = (argv: Argv): string => {
  const line = argv.join(" ");
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
};
