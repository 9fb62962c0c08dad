import { run as runProgram } from "#os/spawn.ts";
import { findIptables, type Iptables } from "./programming/iptables.ts";
import { partialTable, wholeTable } from "./programming/kube-proxy.ts";
import type { OurTimes } from "./programming/ours.ts";
import { endpointOf } from "./programming/services.ts";

const count = 10_000;
const peerRounds = 5;

/** In milliseconds; the peer's are undefined where iptables can't be had here. */
export interface ProgrammingFigures {
  /** One endpoint of one Service changes: from the slice to rules in the kernel. */
  readonly change: number;
  readonly kernelP99: number;
  readonly load: number;
  readonly peerChange: number | undefined;
  readonly peerLoad: number | undefined;
  /** How many times faster than the faster flavour of the peer; goal: at least 100. */
  readonly ratio: number | undefined;
}

/** One endpoint changes among 10,000 Services with two each: ours beside `iptables-restore --noflush` as kube-proxy uses it. */
export async function run(): Promise<ProgrammingFigures> {
  const ours = await measureOurs(count);
  const peers = await measurePeers();
  const [change, kernelP99] = [median(ours.change), percentile(ours.kernel, 0.99)];
  const best = peers.toSorted((a, b) => a.change - b.change)[0];
  console.log(
    `programming: 1 endpoint of ${2 * count}: ${change.toFixed(2)} ms by ${ours.way} (kernel p99 ${kernelP99.toFixed(2)} ms); ` +
      `all: ${ours.plan.toFixed(0)} ms to plan, ${ours.load.toFixed(0)} ms to load`,
  );
  if (best === undefined) console.log("programming: iptables is left out: neither here nor in the package archive");
  for (const { flavour, change: theirs, load } of peers)
    console.log(
      `programming: iptables-${flavour}-restore --noflush: ${theirs.toFixed(0)} ms, ${(theirs / change).toFixed(0)} times ours; all: ${load.toFixed(0)} ms`,
    );
  return {
    change,
    kernelP99,
    load: ours.load,
    peerChange: best?.change,
    peerLoad: best?.load,
    ratio: best && best.change / change,
  };
}

/** In a namespace and a process of its own. */
export async function measureOurs(services: number): Promise<OurTimes> {
  await using space = await namespace("ours");
  const program = new URL("programming/ours.ts", import.meta.url).pathname;
  const { stdout } = await runProgram([
    ...space.inside,
    process.execPath,
    "--experimental-ffi",
    program,
    String(services),
  ]);
  return JSON.parse(stdout);
}

interface PeerTimes {
  readonly flavour: "legacy" | "nft";
  readonly change: number;
  readonly load: number;
}

async function measurePeers(): Promise<readonly PeerTimes[]> {
  await using iptables = await findIptables();
  if (iptables === undefined) return [];
  const times: PeerTimes[] = [];
  for (const flavour of ["legacy", "nft"] as const) times.push(await measurePeer(iptables, flavour));
  return times;
}

async function measurePeer(iptables: Iptables, flavour: PeerTimes["flavour"]): Promise<PeerTimes> {
  await using space = await namespace(flavour);
  const restore = (input: string, ...how: string[]) =>
    timed(() => runProgram([...space.inside, ...iptables.restore(flavour), ...how], { input }));
  const load = await restore(wholeTable(count));
  const changes: number[] = [];
  for (let i = 0; i < peerRounds; i += 1) {
    const n = (i * 7919) % count;
    changes.push(await restore(partialTable(count, n, [`10.250.0.${i + 1}`, endpointOf(n, 1)]), "--noflush"));
  }
  return { flavour, change: median(changes), load };
}

export async function namespace(label: string) {
  const name = `ptlb-${process.pid}-${label}`;
  await runProgram(["ip", "netns", "add", name]);
  return {
    inside: ["ip", "netns", "exec", name] as const,
    [Symbol.asyncDispose]: async () => void (await runProgram(["ip", "netns", "delete", name])),
  };
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export function percentile(some: readonly number[], share: number): number {
  return some.toSorted((a, b) => a - b)[Math.floor(some.length * share)] ?? Number.NaN;
}
export const median = (some: readonly number[]): number => percentile(some, 0.5);

if (import.meta.main) await run();
