import { type Argv, run } from "./spawn.ts";

/**
 * Runs many `ip` commands (without the word `ip`) in one process, in order, ending at the first that fails.
 * `netns` is a path such as `/run/netns/x`. Throws `CommandFailed`.
 */
export async function ipBatch(commands: readonly string[], netns?: string): Promise<void> {
  if (commands.length === 0) return;
  const inside = netns === undefined ? [] : ["nsenter", `--net=${netns}`];
  const [program = "ip", ...args] = [...inside, "ip", "-batch", "-"];
  await run([program, ...args], { input: batchText(commands) });
}

/** What `ip -batch` reads. */
export const batchText = (commands: readonly string[]): string => commands.map((command) => `${command}\n`).join("");

/** What `ip -j ARGS` answers, to be parsed by who asks. Throws `CommandFailed`. */
export async function ipQuery(args: readonly string[], netns?: string): Promise<unknown> {
  const inside: Argv = netns === undefined ? ["ip", "-j"] : ["nsenter", `--net=${netns}`, "ip", "-j"];
  const { stdout } = await run([...inside, ...args]);
  return stdout.trim() === "" ? [] : JSON.parse(stdout);
}
