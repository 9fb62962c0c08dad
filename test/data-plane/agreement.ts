import { createHash } from "node:crypto";
import { walker } from "#core/ruleset/walk.ts";
import { parseTarget } from "#core/trace/target.ts";
import { traceOf } from "#core/trace/trace.ts";
import { mustIp } from "#net/ip.ts";
import { seeded } from "../harness/seeded.ts";
import { endsOf, worldOfScenario } from "../trace/scenario-world.ts";
import { endsAsSaid } from "./packets.ts";
import { type Probe, randomWorld } from "./random-world.ts";
import { chainsOf, type Flow, iptablesWalkerOf, nodeName, showPlace, tableOf, walkableOf, walked } from "./scenario.ts";
import type { World } from "./world.ts";

/** A trace tells much more than where a flow ends, and takes its time: so many of the flows are traced. */
const tracedShare = 0.02;
/** How many flows of a world are sent as packets, in each mode. */
const sentPerWorld = 12;

/** Where each flow ends by the rules, in the words of flows.txt. Throws where the modes, or a trace, disagree. */
export function agreedFlows(seed: number): readonly Flow[] {
  const { objects, flows } = randomWorld(seed);
  const nft = walker(walkableOf(tableOf(objects)));
  const iptables = iptablesWalkerOf(chainsOf(objects));
  const traced = [{ kind: "nftables" } as const, { kind: "iptables", sha256 } as const].map((mode) =>
    worldOfScenario(objects, mode),
  );
  const random = seeded(seed + 1);
  return flows.map((probe) => {
    const isTraced = random() < tracedShare;
    const flow: Flow = { ...probe, ends: [] };
    const ends = walked(nft, flow);
    agree(seed, probe, { nftables: ends, iptables: walked(iptables, flow) });
    if (isTraced) for (const world of traced) agree(seed, probe, { nftables: ends, trace: tracedEnds(probe, world) });
    return { ...flow, ends, line: `seed ${seed}: ${probe.line} => ${ends.join(" | ")}` };
  });
}

function agree(seed: number, { line }: Probe, said: Readonly<Record<string, readonly string[]>>): void {
  const texts = Object.entries(said).map(([who, ends]) => [who, ends.join(" | ")] as const);
  if (new Set(texts.map(([, text]) => text)).size > 1)
    throw new Error(`seed ${seed}: ${line}: ${texts.map(([who, text]) => `${who} says ${text}`).join(", ")}`);
}

const sha256 = (text: string) => createHash("sha256").update(text).digest();

function tracedEnds(probe: Probe, world: ReturnType<typeof worldOfScenario>): readonly string[] {
  const target = parseTarget(`${showPlace(probe.to, probe.port)}/${probe.protocol}`, "default");
  if (target.kind !== "understood") return ["not understood"];
  const story = traceOf(target.value, { kind: "arriving", ip: mustIp(probe.from), node: nodeName }, world);
  return endsOf(story, { ...probe, ends: [] });
}

/** Sends some of the flows in each mode. Rejects where a packet ends elsewhere than the rules say. */
export async function sendSome(seed: number, flows: readonly Flow[], world: World): Promise<void> {
  const { objects } = randomWorld(seed);
  const random = seeded(seed);
  const some = flows
    .filter(isTelling)
    .toSorted(() => random() - 0.5)
    .slice(0, sentPerWorld);
  await world.load(tableOf(objects).printAll());
  await forgetFlows(world);
  await endsAsSaid(world, some);
  await world.exec("nft", "delete", "table", "inet", "portolan");
  await world.iptables.becomes(chainsOf(objects));
  await forgetFlows(world);
  await endsAsSaid(world, some);
  await world.iptables.clear();
}

/** A datagram from a port that a former world's client had would go where that one's went. */
const forgetFlows = (world: World): Promise<string> => world.exec("conntrack", "-F");

/** Flows that rules decide about; where others end is up to routes. */
const isTelling = ({ to, port, ends, protocol }: Flow): boolean =>
  protocol !== "SCTP" && !ends.includes(showPlace(to, port)) && !ends.includes(`${showPlace(to, port)} as node`);
