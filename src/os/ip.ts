import { type Argv, run } from "./spawn.ts";

/** `force`: goes on after one that fails, and rejects in the end. */
export type BatchMode = "strict" | "force";

/**
 * Runs many `ip` commands (without the word `ip`) in one process, in order, ending at the first that fails.
 * `netns` is a path such as `/run/netns/x`. Throws `CommandFailed`.
 */
export async function ipBatch(commands: readonly string[], netns?: string, mode: BatchMode = "strict"): Promise<void> {
  const inside = netns === undefined ? [] : ["nsenter", `--net=${netns}`];
  await batch([...inside, "ip"], commands, mode);
}

/** As `ipBatch`, for the commands of `bridge`. */
export const bridgeBatch = (commands: readonly string[], mode: BatchMode = "strict"): Promise<void> =>
  batch(["bridge"], commands, mode);

async function batch(program: readonly string[], commands: readonly string[], mode: BatchMode): Promise<void> {
  if (commands.length === 0) return;
  const force = mode === "force" ? ["-force"] : [];
  const [first = "ip", ...args] = [...program, ...force, "-batch", "-"];
  await run([first, ...args], { input: batchText(commands) });
}

/** What `ip -batch` reads. */
export const batchText = (commands: readonly string[]): string => commands.map((command) => `${command}\n`).join("");

/** What `ip -j ARGS` answers, to be parsed by who asks. Throws `CommandFailed`. */
export async function ipQuery(args: readonly string[], netns?: string): Promise<unknown> {
  const inside: Argv = netns === undefined ? ["ip", "-j"] : ["nsenter", `--net=${netns}`, "ip", "-j"];
  const { stdout } = await run([...inside, ...args]);
  return stdout.trim() === "" ? [] : JSON.parse(stdout);
}
