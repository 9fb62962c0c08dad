import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { run as runProgram, start } from "#os/spawn.ts";
import type { Series } from "./first-packet/ends.ts";
import { ourTable, peerTable } from "./first-packet/layouts.ts";
import { vipOf } from "./programming/services.ts";
import { median } from "./programming.ts";

const many = 10_000;
const rounds = 21;
const connectionsPerRound = 1500;

/** Medians of the rounds' medians, in microseconds from the SYN to the connection. */
export interface FirstPacketFigures {
  readonly direct: number;
  readonly oursAtOne: number;
  readonly oursAtMany: number;
  readonly peerAtOne: number;
  readonly peerAtMany: number;
}

/**
 * How long a new connection takes through a ClusterIP, client to router to backend, at 1 and at 10,000 Services: ours beside
 * kube-proxy's nftables layout and beside no rules at all, turn by turn in one run.
 */
export async function run(): Promise<FirstPacketFigures> {
  const last = (count: number) => ({ to: vipOf(count - 1), port: 80 });
  const subjects = [
    { name: "direct", rules: "", to: "10.2.0.2", port: 8080 },
    { name: "ours, 1", rules: ourTable(1), ...last(1) },
    { name: `ours, ${many}`, rules: ourTable(many), ...last(many) },
    { name: "kube-proxy, 1", rules: peerTable(1), ...last(1) },
    { name: `kube-proxy, ${many}`, rules: peerTable(many), ...last(many) },
  ];
  await using stack = new AsyncDisposableStack();
  const paths: Path[] = [];
  for (const [i, { rules }] of subjects.entries()) paths.push(stack.use(await makePath(i, { load: nft, text: rules })));
  const series: Series[][] = subjects.map(() => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [i, { to, port }] of subjects.entries())
      series[i]?.push(await (paths[i] ?? unmade()).connect(to, port, connectionsPerRound));
  const p50 = series.map((some) => median(some.map((one) => one.p50)));
  const [direct = 0, oursAtOne = 0, oursAtMany = 0, peerAtOne = 0, peerAtMany = 0] = p50;
  for (const [i, { name }] of subjects.entries()) {
    const [p99, failed] = [
      median((series[i] ?? []).map((one) => one.p99)),
      series[i]?.reduce((sum, one) => sum + one.failed, 0),
    ];
    console.log(
      `first packet: ${name.padEnd(18)} p50 ${p50[i]?.toFixed(1)} µs, ${((p50[i] ?? 0) / direct).toFixed(3)} of direct; p99 ${p99.toFixed(0)} µs; ${failed} failed`,
    );
  }
  console.log(
    `first packet: ours is ${(oursAtMany / peerAtMany).toFixed(3)} of kube-proxy's at ${many}, ${(oursAtOne / peerAtOne).toFixed(3)} at 1; ` +
      `${many} Services cost ${(100 * (oursAtMany / oursAtOne - 1)).toFixed(1)} % more than 1`,
  );
  return { direct, oursAtOne, oursAtMany, peerAtOne, peerAtMany };
}

function unmade(): never {
  throw new TypeError("the path was not made");
}

/** Rules, and the program that reads them. */
export interface Loaded {
  readonly load: readonly [string, ...string[]];
  readonly text: string;
}
const nft = ["nft", "-f", "-"] as const;

/** Client, router and backend, a namespace each; the router has the rules. */
export interface Path extends AsyncDisposable {
  readonly connect: (to: string, port: number, times: number) => Promise<Series>;
}

const ends = new URL("first-packet/ends.ts", import.meta.url).pathname;
const node = [process.execPath, "--experimental-ffi", "--disable-warning=ExperimentalWarning", ends] as const;

export async function makePath(index: number, { load, text }: Loaded): Promise<Path> {
  const names = ["client", "router", "backend"].map((role) => `ptlb-${process.pid}-${index}${role}`);
  const [client = "", router = "", backend = ""] = names;
  await using unlessDone = new AsyncDisposableStack();
  for (const name of names) {
    await runProgram(["ip", "netns", "add", name]);
    unlessDone.defer(async () => void (await runProgram(["ip", "netns", "delete", name])));
  }
  await wire({ client, router, backend });
  if (text !== "") {
    await runProgram(["ip", "netns", "exec", router, ...load], { input: text });
    // Reset connections would fill the router's table otherwise.
    await set(router, "net.netfilter.nf_conntrack_tcp_timeout_close=1");
  }
  const server: ChildProcess = start(["ip", "netns", "exec", backend, ...node, "accept", "8080"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  unlessDone.defer(async () => {
    server.kill("SIGKILL");
    await once(server, "exit");
  });
  if (server.stdout !== null) await once(server.stdout, "data");
  const owned = unlessDone.move();
  return {
    async connect(to, port, times) {
      const { stdout } = await runProgram([
        "ip",
        "netns",
        "exec",
        client,
        ...node,
        "connect",
        to,
        `${port}`,
        `${times}`,
      ]);
      return JSON.parse(stdout);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const set = (name: string, setting: string) => runProgram(["ip", "netns", "exec", name, "sysctl", "-qw", setting]);

async function wire({ client, router, backend }: { client: string; router: string; backend: string }): Promise<void> {
  const batch = (name: string, lines: readonly string[]) =>
    runProgram(["ip", "-n", name, "-batch", "-"], { input: `${lines.join("\n")}\n` });
  await batch(router, [
    `link add in type veth peer name eth0 netns ${client}`,
    `link add out type veth peer name eth0 netns ${backend}`,
    "addr add 10.1.0.1/24 dev in",
    "addr add 10.2.0.1/24 dev out",
    "link set in up",
    "link set out up",
  ]);
  await batch(client, ["addr add 10.1.0.2/24 dev eth0", "link set eth0 up", "route add default via 10.1.0.1"]);
  await batch(backend, [
    "addr add 10.2.0.2/24 dev eth0",
    "addr add 10.2.0.3/24 dev eth0",
    "link set eth0 up",
    "route add default via 10.2.0.1",
  ]);
  await set(client, "net.ipv4.ip_local_port_range=1024 65535");
  await set(router, "net.ipv4.ip_forward=1");
}

if (import.meta.main) await run();
