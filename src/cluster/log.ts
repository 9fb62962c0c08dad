import { appendFileSync, createWriteStream, existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";

/** Where a cluster's processes tell what they do: one line an entry, a file a component below `<data-dir>/log`. */
export interface Log {
  readonly info: (message: string) => void;
  /** Something failed and will be tried again, or must not happen at all. */
  readonly warn: (message: string, fault?: unknown) => void;
  /** Told only where `--v` is that high. */
  readonly debug: (level: number, message: string) => void;
  /** Written before the process ends, which it does at once. */
  readonly lastWords: (fault: unknown) => void;
  readonly close: () => void;
}

/** Programs like nft repeat whole transactions in their complaints. In characters. */
const longestMessage = 1000;
const rotateBytes = 10 * 1024 * 1024;

/** Source of the form: klog's header, as Kubernetes' components write it. */
export function openLog(dataDir: string, name: string, verbosity: number): Log {
  const folder = join(dataDir, "log");
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const path = join(folder, `${name}.log`);
  if (existsSync(path) && statSync(path).size > rotateBytes) renameSync(path, `${path}.1`);
  const file = createWriteStream(path, { flags: "a", mode: 0o644 });
  // A full disk must not take the cluster down: what can't be logged is lost.
  file.on("error", () => {});
  const line = (letter: string, message: string): string =>
    `${letter}${stamp(new Date())} ${process.pid} ${message.replaceAll("\n", "\\n")}\n`;
  const write = (letter: string, message: string): void => void file.write(line(letter, message));
  return {
    info: (message) => write("I", message),
    warn: (message, fault) => write("W", fault === undefined ? message : `${message}: ${describe(fault, verbosity)}`),
    debug: (level, message) => {
      if (level <= verbosity) write("I", message);
    },
    lastWords: (fault) => appendFileSync(path, line("F", `nobody caught this: ${describe(fault, mostVerbose)}`)),
    close: () => file.end(),
  };
}

/** While the log is open, what nobody catches is in it before the process ends of it. */
export function logUncaught(log: Log): { readonly stop: () => void } {
  process.on("uncaughtExceptionMonitor", log.lastWords);
  return { stop: () => void process.off("uncaughtExceptionMonitor", log.lastWords) };
}

const mostVerbose = 10;

function describe(fault: unknown, verbosity: number): string {
  if (!(fault instanceof Error)) return String(fault);
  return verbosity >= 4 ? (fault.stack ?? fault.message) : fault.message.slice(0, longestMessage);
}

// mmdd hh:mm:ss.uuuuuu
function stamp(at: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const clock = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(":");
  return `${two(at.getUTCMonth() + 1)}${two(at.getUTCDate())} ${clock}.${String(at.getUTCMilliseconds()).padStart(3, "0")}000`;
}
