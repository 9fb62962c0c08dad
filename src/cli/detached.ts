import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** What the cluster's process tells the one that was asked for it. */
const ready = "ready";

/**
 * Runs the same command in a process of its own that outlives this one, shows what it says until the cluster is ready, and
 * returns its exit code where it ends before that.
 */
export async function startDetached(args: readonly string[]): Promise<number> {
  const [, program = ""] = process.argv;
  const child = spawn(process.execPath, [...process.execArgv, program, "up", ...args], {
    detached: true,
    stdio: ["pipe", "pipe", "pipe", "ipc"],
  });
  // Manifests may come from standard input: the child reads what we were given.
  child.stdin?.end(args.includes("-") ? await text(process.stdin) : "");
  child.stdin?.on("error", () => {}); // it did not ask for it
  child.stdout?.pipe(process.stdout, { end: false });
  child.stderr?.pipe(process.stderr, { end: false });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
    child.on("message", (message) => {
      if (message !== ready) return;
      child.stdout?.unpipe().destroy();
      child.stderr?.unpipe().destroy();
      child.disconnect();
      child.unref();
      resolve(0);
    });
  });
}

/** To the process that started us with `-d`, if one did: from here on nobody listens. */
export function tellParent(): void {
  if (process.send === undefined) return;
  // Its ends of our outputs are closed now; what is written there goes nowhere.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  process.send(ready);
}
