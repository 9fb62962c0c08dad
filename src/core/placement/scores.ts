import { hostnameLabel } from "#api/core/node/labels.ts";
import type { Node } from "#api/core/node.ts";
import type { Pod } from "#api/core/pod.ts";
import type { Neighbourhood } from "./neighbourhood.ts";
import { preferenceFor } from "./node-affinity.ts";
import type { NodeRoom } from "./node-room.ts";
import { type Amounts, assumedRequests, podRequests } from "./requests.ts";
import { hasDomains, type Spread, wishedSpreads } from "./spread.ts";
import { labelsOf, type Surroundings } from "./surroundings.ts";
import { discouragingTaints } from "./taints.ts";

/** The best that a node can get from one point of view. */
const best = 100;

interface View {
  readonly weight: number;
  /** For each of the nodes, from 0 to 100. */
  readonly scores: readonly number[];
}

/**
 * How good each of these nodes is for the pod: the sum over all points of view, each with its weight.
 * Source: the default plugins of kube-scheduler, their weights and how each makes its scores comparable.
 */
export function scoresOf(pod: Pod, rooms: readonly NodeRoom[], around: Around): readonly number[] {
  const nodes = rooms.map(({ node }) => node);
  const views: readonly View[] = [
    { weight: 3, scores: fewestFirst(nodes.map((node) => discouragingTaints(pod, node))) },
    { weight: 2, scores: mostFirst(nodes.map((node) => preferenceFor(pod, node))) },
    { weight: 2, scores: spreadScores(pod, nodes, around.surroundings) },
    { weight: 2, scores: stretched(nodes.map(around.neighbourhood.score)) },
    { weight: 1, scores: emptiness(pod, rooms) },
    { weight: 1, scores: balance(pod, rooms) },
  ];
  return nodes.map((_, i) => views.reduce((sum, { weight, scores }) => sum + weight * (scores[i] ?? 0), 0));
}
interface Around {
  readonly surroundings: Surroundings;
  readonly neighbourhood: Neighbourhood;
}

const largest = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b), 0);

function mostFirst(counts: readonly number[]): readonly number[] {
  const most = largest(counts);
  return counts.map((count) => (most === 0 ? 0 : Math.trunc((best * count) / most)));
}
const fewestFirst = (counts: readonly number[]): readonly number[] => mostFirst(counts).map((score) => best - score);

/** From the worst, which gets 0, to the best. */
function stretched(sums: readonly number[]): readonly number[] {
  const least = sums.reduce((a, b) => Math.min(a, b), Infinity);
  const most = sums.reduce((a, b) => Math.max(a, b), -Infinity);
  return sums.map((sum) => (most > least ? Math.trunc((best * (sum - least)) / (most - least)) : 0));
}

const scored = ["cpu", "memory"] as const;

/** The share of CPU and memory that would be left. Source: LeastAllocated of NodeResourcesFit. */
function emptiness(pod: Pod, rooms: readonly NodeRoom[]): readonly number[] {
  const requests = assumedRequests(pod);
  return rooms.map(({ allocatable, assumed }) => {
    const shares = scored.map((name) => {
      const whole = allocatable.get(name) ?? 0;
      const used = (assumed.get(name) ?? 0) + (requests.get(name) ?? 0);
      return used > whole || whole === 0 ? 0 : Math.trunc(((whole - used) * best) / whole);
    });
    return Math.trunc(shares.reduce((a, b) => a + b, 0) / shares.length);
  });
}

/** How alike the shares of CPU and memory would be that are used. Source: NodeResourcesBalancedAllocation. */
function balance(pod: Pod, rooms: readonly NodeRoom[]): readonly number[] {
  const requests: Amounts = podRequests(pod);
  if (scored.every((name) => (requests.get(name) ?? 0) === 0)) return rooms.map(() => 0);
  return rooms.map(({ allocatable, taken }) => {
    const shares = scored.flatMap((name) => {
      const whole = allocatable.get(name) ?? 0;
      return whole === 0 ? [] : [Math.min(1, ((taken.get(name) ?? 0) + (requests.get(name) ?? 0)) / whole)];
    });
    const [cpu = 0, memory = cpu] = shares;
    return Math.trunc((1 - Math.abs(cpu - memory) / 2) * best);
  });
}

/** Source: the score of PodTopologySpread. */
function spreadScores(pod: Pod, nodes: readonly Node[], surroundings: Surroundings): readonly number[] {
  const spreads = wishedSpreads(pod, surroundings);
  if (spreads.length === 0) return nodes.map(() => 0);
  // What is spread by default may be so by host alone where nodes tell no zone.
  const isOwnWish = (pod.spec.topologySpreadConstraints ?? []).length > 0;
  const isScored = (node: Node): boolean => !isOwnWish || hasDomains(node, spreads);
  const everywhere = surroundings.rooms.map(({ node }) => node).filter(isScored);
  const crowdedness = spreads.map((spread) => crowding(spread, { candidates: nodes.filter(isScored), everywhere }));
  const sums = nodes.map((node) =>
    isScored(node) ? Math.round(crowdedness.reduce((sum, of) => sum + of(node), 0)) : undefined,
  );
  const known = sums.filter((sum) => sum !== undefined);
  const [least, most] = [known.reduce((a, b) => Math.min(a, b), Infinity), largest(known)];
  return sums.map((sum) => {
    if (sum === undefined) return 0;
    return most === 0 ? best : Math.trunc((best * (most + least - sum)) / most);
  });
}

interface Counted {
  readonly candidates: readonly Node[];
  readonly everywhere: readonly Node[];
}

/** How many are in a node's domain already, more weighty where there are many domains. */
function crowding(spread: Spread, { candidates, everywhere }: Counted): (node: Node) => number {
  const { topologyKey, maxSkew, on } = spread;
  const domainOf = (node: Node): string | undefined => labelsOf(node)[topologyKey];
  const counts = new Map<string | undefined, number>(candidates.map((node) => [domainOf(node), 0]));
  for (const node of everywhere.filter(spread.includes)) {
    const before = counts.get(domainOf(node));
    if (before !== undefined) counts.set(domainOf(node), before + (on.get(node.metadata.name) ?? 0));
  }
  const weight = Math.log((topologyKey === hostnameLabel ? candidates.length : counts.size) + 2);
  return (node) => (domainOf(node) === undefined ? 0 : (counts.get(domainOf(node)) ?? 0) * weight + (maxSkew - 1));
}
