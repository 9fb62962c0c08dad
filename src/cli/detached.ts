import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** How `up` speaks: to its terminal, or, where it was started with `-d`, through the one who did that. */
export interface Voice {
  readonly say: (text: string) => void;
  /** Worth knowing, and not what was asked for. */
  readonly tell: (text: string) => void;
  /** From here on nobody may listen. */
  readonly ready: () => void;
}

/** Time runs from the start of the program that was called. */
const readyLine = (): string => `Portolan is ready in ${((Date.now() - performance.timeOrigin) / 1000).toFixed(2)} s\n`;

export const ownVoice: Voice = {
  say: (words) => process.stdout.write(words),
  tell: (words) => process.stderr.write(words),
  ready: () => process.stdout.write(readyLine()),
};

/** Whether this process was started by `startDetached`. */
export const isDetached = (): boolean => process.send !== undefined;

export const voiceOfDetached: Voice = {
  say: (words) => pass({ say: words }),
  tell: (words) => pass({ tell: words }),
  ready: () => pass({ ready: true }),
};

/** Once the cluster is ready nobody listens any more; the log has it. */
function pass(message: object): void {
  if (process.connected) process.send?.(message);
}

/**
 * Runs the same command in a process of its own that outlives this one, shows what it says until the cluster is ready, and
 * returns its exit code where it ends before that.
 */
export async function startDetached(args: readonly string[]): Promise<number> {
  const [, program = ""] = process.argv;
  const child = spawn(process.execPath, [...process.execArgv, program, "up", ...args], {
    detached: true,
    stdio: ["pipe", "ignore", "pipe", "ipc"],
  });
  // Until it is ready, Ctrl-C is meant for it; it then cleans up and ends, and so do we.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill("SIGTERM"));
  child.stdin?.on("error", () => {}); // it did not ask for it
  // Manifests may come from standard input: the child reads what we were given.
  child.stdin?.end(args.includes("-") ? await text(process.stdin) : "");
  child.stderr?.pipe(process.stderr, { end: false });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
    child.on("message", (message) => {
      const word = (name: string): unknown =>
        typeof message === "object" && message !== null ? Reflect.get(message, name) : undefined;
      const [said, told] = [word("say"), word("tell")];
      if (typeof said === "string") ownVoice.say(said);
      if (typeof told === "string") ownVoice.tell(told);
      if (word("ready") !== true) return;
      ownVoice.ready();
      child.stderr?.unpipe().destroy();
      child.disconnect();
      child.unref();
      resolve(0);
    });
  });
}
