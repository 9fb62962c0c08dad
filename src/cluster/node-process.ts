import type { ChildProcess } from "node:child_process";
import { everything, loop } from "#daemons/loop.ts";
import type { ProxyMode } from "#daemons/proxy/kernel-rules.ts";
import { start } from "#os/spawn.ts";
import { toldTo } from "./control-plane.ts";
import type { Log } from "./log.ts";

/** A process that runs one node, started anew whenever it ends. */
export interface NodeProcess {
  /** It loads, and waits. */
  readonly launch: () => void;
  /** The API is there: it may go on. */
  readonly begin: () => void;
  /** What runs changes over while it serves. */
  readonly setProxyMode: (mode: ProxyMode) => void;
  /** The node is as the API says, for the first time. */
  readonly ready: Promise<void>;
  /** Its pods and rules go on. */
  readonly stop: () => Promise<void>;
}

export interface NodeProcessOptions {
  /** The path of its network namespace. */
  readonly netns: string;
  /** Of `portolan node`; asked for at each start. */
  readonly flags: () => readonly string[];
  readonly log: Log;
}

/** How long it gets to end by itself. */
const patienceMs = 10_000;
/** One that ran so long was well: what ended it is not what ended the one before. */
const wellMs = 60_000;
const againSeconds = 0.1;

export function nodeProcess(name: string, { netns, flags, log }: NodeProcessOptions): NodeProcess {
  const ready = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  let running: ChildProcess | undefined;
  const supervising = loop<true>({
    name: "node process",
    sources: [],
    plan: () => true,
    async apply(_, __, signal) {
      const startedAt = performance.now();
      const child = launch(netns, flags());
      running = child;
      begun.promise.then(() => tell(child, { begin: true }));
      child.on("message", (message) => {
        if (isReady(message)) ready.resolve();
      });
      const end = await endOf(child, signal);
      if (signal.aborted) return undefined;
      if (performance.now() - startedAt < wellMs) throw new NodeProcessEnded(name, end);
      log.warn(`the process of ${name} ended`, new NodeProcessEnded(name, end));
      return { againSeconds };
    },
    parallel: 1,
    backoff: { firstSeconds: againSeconds, longestSeconds: 10, random: Math.random },
    failed: toldTo(log),
  });
  return {
    launch: () => supervising.enqueue(everything),
    begin: () => begun.resolve(),
    setProxyMode: (mode) => running && tell(running, { proxyMode: mode }),
    ready: ready.promise,
    stop: supervising.stop,
  };
}

/** The process of a node has ended by itself. It is started anew; its pods go on meanwhile. */
class NodeProcessEnded extends Error {
  readonly code = "NodeProcessEnded";
  readonly where: string;
  readonly fix = "read the node's own log, below the cluster's folder in nodes/<name>/log";
  constructor(node: string, { how, said }: End) {
    super(`the process of ${node} ended (${how})${said === "" ? "" : `: ${said}`}`);
    this.where = node;
  }
}

/** A group of its own: Ctrl-C is meant for who started it. It ends by itself when that one is gone. */
function launch(netns: string, flags: readonly string[]): ChildProcess {
  const [, program = ""] = process.argv;
  const own = [process.execPath, ...process.execArgv, program, "node", ...flags];
  return start(["nsenter", `--net=${netns}`, ...own], { stdio: ["ignore", "ignore", "pipe", "ipc"], ownGroup: true });
}

function tell(child: ChildProcess, message: object): void {
  if (child.connected) child.send(message, () => {}); // where it ends meanwhile, its end tells more
}

const isReady = (message: unknown): boolean =>
  typeof message === "object" && message !== null && Reflect.get(message, "ready") === true;

interface End {
  readonly how: string;
  readonly said: string;
}

function endOf(child: ChildProcess, signal: AbortSignal): Promise<End> {
  let said = "";
  child.stderr?.on("data", (part: Buffer) => {
    said = `${said}${part}`.slice(-1000);
  });
  const finish = (): void => {
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), patienceMs).unref();
  };
  signal.addEventListener("abort", finish, { once: true });
  const ended = new Promise<End>((resolve) => {
    child.once("error", ({ message }) => resolve({ how: message, said }));
    child.once("close", (code, by) => resolve({ how: by ?? `code ${code}`, said: said.trim() }));
  });
  return ended.finally(() => signal.removeEventListener("abort", finish));
}
