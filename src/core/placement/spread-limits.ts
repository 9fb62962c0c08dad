import type { Node } from "#api/core/node.ts";
import type { Pod } from "#api/core/pod.ts";
import { lasting, passing, type Refusal } from "./refusal.ts";
import { hasDomains, requiredSpreads, type Spread } from "./spread.ts";
import { labelsOf, type Surroundings } from "./surroundings.ts";

/** Which nodes would have too many of the pods that must be spread. Source: the filter of kube-scheduler's PodTopologySpread. */
export function spreadLimits(pod: Pod, surroundings: Surroundings): (node: Node) => Refusal | undefined {
  const spreads = requiredSpreads(pod, surroundings);
  if (spreads.length === 0) return () => undefined;
  const nodes = surroundings.rooms.map(({ node }) => node).filter((node) => hasDomains(node, spreads));
  const limits = spreads.map((spread) => limitOf(spread, nodes));
  return (node) => {
    if (!hasDomains(node, spreads)) return withoutLabel;
    return limits.every((allows) => allows(node)) ? undefined : tooMany;
  };
}
const words = "node(s) didn't match pod topology spread constraints";
const withoutLabel = lasting(`${words} (missing required label)`);
const tooMany = passing(words);

function limitOf(spread: Spread, nodes: readonly Node[]): (node: Node) => boolean {
  const { topologyKey, maxSkew, minDomains, countsItself, on } = spread;
  const domains = new Map<string, number>();
  for (const node of nodes.filter(spread.includes)) {
    const domain = labelsOf(node)[topologyKey] ?? "";
    domains.set(domain, (domains.get(domain) ?? 0) + (on.get(node.metadata.name) ?? 0));
  }
  // Domains that are still to come count as empty.
  const fewest = domains.size < minDomains ? 0 : [...domains.values()].reduce((a, b) => Math.min(a, b), Infinity);
  return (node) => {
    const there = domains.get(labelsOf(node)[topologyKey] ?? "") ?? 0;
    return there + (countsItself ? 1 : 0) - fewest <= maxSkew;
  };
}
