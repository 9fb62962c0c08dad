import { readdir } from "node:fs/promises";
import { run } from "#os/spawn.ts";
import { heldUntilInterrupted } from "./interruption.ts";

/** A network namespace that a test made: a host beside this machine, joined to it by a veth pair. */
export interface Namespace extends AsyncDisposable {
  /** For `ip netns exec`. */
  readonly name: string;
  /** The end of the pair on this machine's side. */
  readonly link: string;
  /** Runs a program inside and gives what it printed on stdout; rejects with `CommandFailed`. */
  readonly exec: (program: string, ...programArguments: readonly string[]) => Promise<string>;
}

export interface Link {
  /** Address with prefix length on this machine's side, and inside: `10.222.7.1/24`. */
  readonly outside: string;
  readonly inside: string;
}

/** Everything that tests make begins so; the process id follows, so that what a killed test left can be told and removed. */
const prefix = "ptlt";

let made = 0;

/**
 * Makes a namespace whose default route goes through this machine; `await using` takes it away again, with its link and routes.
 * Needs root. Removes first what killed tests left behind.
 */
export async function makeNamespace({ outside, inside }: Link): Promise<Namespace> {
  await removeOrphans();
  const name = `${prefix}-${process.pid}-${++made}`;
  const link = `${prefix}${process.pid}n${made}`.slice(0, 15);
  const inNamespace = ["ip", "-n", name] as const;
  await using unlessDone = new AsyncDisposableStack();
  await run(["ip", "netns", "add", name]);
  unlessDone.defer(() => remove(name));
  await run(["ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name]);
  await run(["ip", "address", "add", outside, "dev", link]);
  await run(["ip", "link", "set", link, "up"]);
  await run([...inNamespace, "link", "set", "lo", "up"]);
  await run([...inNamespace, "address", "add", inside, "dev", "eth0"]);
  await run([...inNamespace, "link", "set", "eth0", "up"]);
  await run([...inNamespace, "route", "add", "default", "via", addressOf(outside)]);
  const owned = heldUntilInterrupted(unlessDone.move());
  return {
    name,
    link,
    exec: async (program, ...programArguments) =>
      (await run(["ip", "netns", "exec", name, program, ...programArguments])).stdout,
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

/** The pair goes with the end that is inside. */
async function remove(name: string): Promise<void> {
  await run(["ip", "netns", "delete", name]);
}

async function removeOrphans(): Promise<void> {
  const running = new Set(await readdir("/proc"));
  const { stdout } = await run(["ip", "netns", "list"]);
  for (const line of stdout.split("\n")) {
    const [name = ""] = line.split(" ");
    const [start, pid = ""] = name.split("-");
    if (start === prefix && !running.has(pid)) await remove(name);
  }
}

function addressOf(block: string): string {
  return block.slice(0, block.indexOf("/"));
}
