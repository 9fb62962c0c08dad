import { run as runProgram } from "#os/spawn.ts";
import { findIptables, type Iptables } from "./programming/iptables.ts";
import { wholeTable } from "./programming/kube-proxy.ts";
import { measureOurs, median, namespace, timed } from "./programming.ts";

const counts = [10_000, 20_000, 40_000] as const;
const rounds = 3;

/** In milliseconds, medians of the rounds. */
export interface FullLoadFigures {
  /** By the number of Services: loading alone, as the peer's; and planning before it. */
  readonly ours: ReadonlyMap<number, { readonly plan: number; readonly load: number }>;
  /** `iptables-legacy-restore` of the smallest number; undefined where it can't be had here. */
  readonly legacy: number | undefined;
}

/** All rules of so many Services with two endpoints each, into an empty kernel, turn by turn with the peer's. */
export async function run(): Promise<FullLoadFigures> {
  await using iptables = await findIptables();
  const seen = counts.map((count) => ({ count, plan: [] as number[], load: [] as number[] }));
  const legacy: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (iptables !== undefined) legacy.push(await restore(iptables, counts[0]));
    for (const { count, plan, load } of seen) {
      const times = await measureOurs(count);
      plan.push(times.plan);
      load.push(times.load);
    }
  }
  const ours = new Map(seen.map(({ count, plan, load }) => [count, { plan: median(plan), load: median(load) }]));
  for (const [count, { plan, load }] of ours)
    console.log(`full load: ${count} Services: ${plan.toFixed(0)} ms to plan, ${load.toFixed(0)} ms to load`);
  if (iptables !== undefined)
    console.log(`full load: iptables-legacy-restore of ${counts[0]}: ${median(legacy).toFixed(0)} ms`);
  return { ours, legacy: iptables && median(legacy) };
}

async function restore(iptables: Iptables, count: number): Promise<number> {
  await using space = await namespace("legacy");
  const input = wholeTable(count);
  return timed(() => runProgram([...space.inside, ...iptables.restore("legacy")], { input }));
}

if (import.meta.main) await run();
