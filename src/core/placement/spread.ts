import { hostnameLabel, zoneLabel } from "#api/core/node/labels.ts";
import type { Node } from "#api/core/node.ts";
import type { TopologySpreadConstraint } from "#api/core/pod/scheduling.ts";
import type { Pod } from "#api/core/pod.ts";
import { type LabelSelector, matchesLabels, selectorOf } from "#machinery/selectors.ts";
import { suitsNode } from "./node-affinity.ts";
import { likeOwner } from "./pod-terms.ts";
import { labelsOf, type Surroundings } from "./surroundings.ts";
import { forbiddingTaint } from "./taints.ts";

/** A constraint as it is meant for one pod, with the pods that it counts. */
export interface Spread {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  /** Whether the pod itself counts once it is there. */
  readonly countsItself: boolean;
  /** Nodes that are no choice for the pod don't count as domains. */
  readonly includes: (node: Node) => boolean;
  /** How many of the pods that it counts are on each node. */
  readonly on: ReadonlyMap<string, number>;
}

/** Those that must hold. */
export const requiredSpreads = (pod: Pod, surroundings: Surroundings): readonly Spread[] =>
  (pod.spec.topologySpreadConstraints ?? [])
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === "DoNotSchedule")
    .map((constraint) => meant(pod, constraint, surroundings));

/** Those that are wished for; what belongs together is spread though nobody has said so. */
export function wishedSpreads(pod: Pod, surroundings: Surroundings): readonly Spread[] {
  const { topologySpreadConstraints = [] } = pod.spec;
  const soft = topologySpreadConstraints.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === "ScheduleAnyway");
  if (topologySpreadConstraints.length > 0) return soft.map((constraint) => meant(pod, constraint, surroundings));
  const siblings = surroundings.siblings(pod);
  if (siblings === undefined) return [];
  return byDefault.map((constraint) => spreadOver(pod, { ...constraint, selector: siblings }, surroundings));
}

/** Source: systemDefaultConstraints of kube-scheduler's PodTopologySpread. */
const byDefault = [
  { topologyKey: hostnameLabel, maxSkew: 3 },
  { topologyKey: zoneLabel, maxSkew: 5 },
] as const;

interface Wanted extends Pick<TopologySpreadConstraint, "topologyKey" | "maxSkew"> {
  readonly minDomains?: number;
  readonly nodeAffinityPolicy?: string;
  readonly nodeTaintsPolicy?: string;
  readonly selector: LabelSelector | undefined;
}

function meant(pod: Pod, constraint: TopologySpreadConstraint, surroundings: Surroundings): Spread {
  const { labelSelector, matchLabelKeys } = constraint;
  const selector = labelSelector && {
    requirements: [...selectorOf(labelSelector).requirements, ...likeOwner(matchLabelKeys, labelsOf(pod), "in")],
  };
  return spreadOver(pod, { ...constraint, selector }, surroundings);
}

function spreadOver(pod: Pod, wanted: Wanted, { crowds }: Surroundings): Spread {
  const { topologyKey, maxSkew, minDomains = 1, nodeAffinityPolicy = "Honor", nodeTaintsPolicy = "Ignore" } = wanted;
  const { selector } = wanted;
  const on = new Map<string, number>();
  for (const crowd of crowds) {
    if (crowd.leaving || crowd.namespace !== pod.metadata.namespace) continue;
    if (selector === undefined || !matchesLabels(selector, crowd.labels)) continue;
    for (const [nodeName, count] of crowd.on) on.set(nodeName, (on.get(nodeName) ?? 0) + count);
  }
  return {
    topologyKey,
    maxSkew,
    minDomains,
    countsItself: selector !== undefined && matchesLabels(selector, labelsOf(pod)),
    includes: (node) =>
      (nodeAffinityPolicy !== "Honor" || suitsNode(pod, node)) &&
      (nodeTaintsPolicy !== "Honor" || forbiddingTaint(pod, node) === undefined),
    on,
  };
}

export const hasDomains = (node: Node, spreads: readonly Spread[]): boolean =>
  spreads.every(({ topologyKey }) => labelsOf(node)[topologyKey] !== undefined);
