import { start } from "../spawn.ts";
import type { Generation } from "./generations.ts";
import type { HaproxyProgram } from "./program.ts";

/** HAProxy does not take a configuration, or can't serve it. What was served before still is. */
export class ConfigurationRefused extends Error {
  readonly code = "ConfigurationRefused";
  readonly where: string;
  readonly fix = "what is served stays as it was; the message has HAProxy's own words";
  constructor(where: string, said: string) {
    super(`HAProxy refuses its configuration: ${alertsOf(said)}`);
    this.where = where;
  }
}

/** Asks HAProxy whether it would take these files. Rejects with `ConfigurationRefused`. */
export async function checkConfiguration(program: HaproxyProgram, { folder }: Generation): Promise<void> {
  const child = start([program.path, "-c", "-f", "haproxy.cfg"], {
    stdio: ["ignore", "ignore", "pipe"],
    cwd: folder,
  });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-mostSaid);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) throw new ConfigurationRefused(folder, said);
}

/** Characters. */
export const mostSaid = 20_000;
const mostShown = 1000;

/** The lines in which HAProxy says what is wrong, without its own number and the last, which only counts them. */
function alertsOf(said: string): string {
  const alerts = said
    .split("\n")
    .filter((line) => line.startsWith("[ALERT]") && !/Fatal errors found|Error\(s\) found in config/.test(line))
    .map((line) => line.replace(/^\[ALERT\]\s*\(\d+\) : /, ""));
  return (alerts.length === 0 ? said.trim() : alerts.join("; ")).slice(0, mostShown);
}
