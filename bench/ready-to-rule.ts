import { once } from "node:events";
import { createInterface } from "node:readline";
import { eventually } from "#os/patience.ts";
import { type Argv, run as runProgram, start } from "#os/spawn.ts";
import { findIptables, type Iptables } from "./programming/iptables.ts";
import { partialTable, wholeTable } from "./programming/kube-proxy.ts";
import { endpointOf } from "./programming/services.ts";
import { median, namespace, percentile, timed } from "./programming.ts";
import type { Written } from "./ready-to-rule/cluster.ts";

const count = 1000;
const perSecond = 100;
const peerRounds = 15;

/** In milliseconds. */
export interface ReadyFigures {
  readonly p50: number;
  readonly p99: number;
  /** One `iptables-restore --noflush` of such a change, by the faster flavour; undefined where iptables can't be had here. */
  readonly peer: number | undefined;
}

/**
 * From a pod's readiness being written to the API until the kernel tells `nft monitor` of its rule, at 1,000 Services and 100 such pods
 * a second. The peer's figure is that of its last step alone: before it, kube-proxy waits for up to a second (minSyncPeriod).
 */
export async function run(): Promise<ReadyFigures> {
  const seen = await measureOurs();
  await using iptables = await findIptables();
  const peers = iptables && [await measurePeer(iptables, "legacy"), await measurePeer(iptables, "nft")];
  const [p50, p99] = [median(seen), percentile(seen, 0.99)];
  console.log(
    `ready to rule: ${seen.length} pods, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, longest ${Math.max(...seen).toFixed(2)} ms; ` +
      `iptables-restore of one change (legacy, nft): ${peers?.map((ms) => `${ms.toFixed(1)} ms`).join(", ") ?? "not here"}`,
  );
  return { p50, p99, peer: peers && Math.min(...peers) };
}

/** By the clock that all processes share: the kernel's events are taken down by another process than the one that is measured. */
async function measureOurs(): Promise<readonly number[]> {
  await using space = await namespace("ready");
  await using monitor = listenTo([...space.inside, "nft", "monitor", "new", "elements"]);
  const arrived = new Map<string, number>();
  monitor.hear((line) => {
    const ip = / : (10\.\d+\.\d+\.\d+) \. 8080/.exec(line)?.[1];
    if (ip !== undefined && !arrived.has(ip)) arrived.set(ip, now());
  });
  const program = new URL("ready-to-rule/cluster.ts", import.meta.url).pathname;
  const node = [process.execPath, "--experimental-ffi", "--disable-warning=ExperimentalWarning"];
  await using cluster = listenTo([...space.inside, ...node, program, String(count), String(perSecond)]);
  const told = Promise.withResolvers<Written>();
  cluster.hear((line) => told.resolve(JSON.parse(line)));
  const ended = once(cluster.child, "exit").then(() => Promise.reject(new Error("the cluster has ended")));
  const rulesOf = (pods: number) => async () => arrived.size >= pods;
  await Promise.race([eventually("every Service has one endpoint", rulesOf(count), { seconds: 120 }), ended]);
  cluster.child.stdin?.write("go\n");
  const written = await Promise.race([told.promise, ended]);
  await eventually("every Service has both endpoints", rulesOf(2 * count), { seconds: 10 });
  return Object.entries(written).map(([ip, at]) => ((arrived.get(ip) ?? Number.NaN) - at) / 1000);
}

/** Microseconds. */
const now = (): number => Number(process.hrtime.bigint() / 1000n);

function listenTo(argv: Argv) {
  const child = start(argv, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = child.stdout && createInterface({ input: child.stdout });
  return {
    child,
    hear: (heard: (line: string) => void): void => void lines?.on("line", heard),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

async function measurePeer(iptables: Iptables, flavour: "legacy" | "nft"): Promise<number> {
  await using space = await namespace(`ready-${flavour}`);
  const restore = (input: string, ...how: string[]) =>
    timed(() => runProgram([...space.inside, ...iptables.restore(flavour), ...how], { input }));
  await restore(wholeTable(count));
  const changes: number[] = [];
  for (let i = 0; i < peerRounds; i += 1) {
    const n = (i * 7919) % count;
    changes.push(await restore(partialTable(count, n, [`10.250.0.${i + 1}`, endpointOf(n, 1)]), "--noflush"));
  }
  return median(changes);
}

if (import.meta.main) await run();
