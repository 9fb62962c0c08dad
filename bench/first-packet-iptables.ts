import type { Series } from "./first-packet/ends.ts";
import { ourChains, peerChains } from "./first-packet/layouts.ts";
import { makePath, type Path } from "./first-packet.ts";
import { findIptables } from "./programming/iptables.ts";
import { vipOf } from "./programming/services.ts";
import { median } from "./programming.ts";

const counts = [1, 1000, 10_000];
const flavours = ["nft", "legacy"] as const;
const rounds = 7;
const connectionsPerRound = 500;

/** Medians of the rounds' medians, in microseconds from the SYN to the connection; by `ours, legacy, 10000` and the like. */
export type IptablesFigures = ReadonlyMap<string, number>;

/**
 * How long a new connection takes in iptables mode: our tree beside kube-proxy's one list, each by iptables-nft and iptables-legacy,
 * and beside no rules at all, turn by turn in one run. undefined where there is no iptables.
 */
export async function run(): Promise<IptablesFigures | undefined> {
  await using iptables = await findIptables();
  if (iptables === undefined) return undefined;
  const subjects = flavours.flatMap((flavour) =>
    counts.flatMap((count) =>
      [
        { name: `ours, ${flavour}, ${count}`, text: ourChains(count) },
        { name: `kube-proxy, ${flavour}, ${count}`, text: peerChains(count) },
      ].map((one) => ({
        ...one,
        load: [...iptables.restore(flavour), "--noflush"] as const,
        to: vipOf(count - 1),
        port: 80,
      })),
    ),
  );
  const all = [{ name: "direct", text: "", load: ["true"] as const, to: "10.2.0.2", port: 8080 }, ...subjects];
  await using stack = new AsyncDisposableStack();
  const paths: Path[] = [];
  for (const [i, subject] of all.entries()) paths.push(stack.use(await makePath(i, subject)));
  const series = new Map<string, Series[]>(all.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [i, { name, to, port }] of all.entries()) {
      const seen = await paths[i]?.connect(to, port, connectionsPerRound);
      if (seen !== undefined) series.get(name)?.push(seen);
    }
  const p50 = new Map([...series].map(([name, some]) => [name, median(some.map((one) => one.p50))]));
  const direct = p50.get("direct") ?? 0;
  for (const [name, value] of p50) {
    const failed = series.get(name)?.reduce((sum, one) => sum + one.failed, 0);
    console.log(
      `first packet: ${name.padEnd(26)} p50 ${value.toFixed(1)} µs, ${(value / direct).toFixed(3)} of direct; ${failed} failed`,
    );
  }
  return p50;
}

if (import.meta.main) await run();
