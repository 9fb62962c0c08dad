import type { PodAffinityTerm } from "#api/core/pod/scheduling.ts";
import { type LabelRequirement, matchesLabels, selectorOf } from "#machinery/selectors.ts";
import type { Labels, Neighbour, Surroundings } from "./surroundings.ts";

/** One rule about neighbours, as it is meant for the pod that has it. */
export interface Term {
  readonly topologyKey: string;
  /** Positive to be near, negative to be apart. */
  readonly weight: number;
  readonly selects: (other: Neighbour) => boolean;
}

interface Meaning {
  /** Whose term it is. */
  readonly owner: Neighbour;
  readonly weight?: number;
  readonly namespaceLabels: Surroundings["namespaceLabels"];
}

/**
 * A term without namespaces is about the owner's; one without a selector about nobody. Source: core/v1 PodAffinityTerm; KEP-3633
 * for matchLabelKeys and mismatchLabelKeys.
 */
export function termOf(term: PodAffinityTerm, { owner, weight = 1, namespaceLabels }: Meaning): Term {
  const { topologyKey, labelSelector, namespaces = [], namespaceSelector } = term;
  const names = new Set(namespaces.length === 0 && namespaceSelector === undefined ? [owner.namespace] : namespaces);
  const ofNamespace = namespaceSelector === undefined ? undefined : selectorOf(namespaceSelector);
  const isInside = (namespace: string): boolean =>
    names.has(namespace) || (ofNamespace !== undefined && matchesLabels(ofNamespace, namespaceLabels(namespace)));
  if (labelSelector === undefined) return { topologyKey, weight, selects: () => false };
  const requirements = [
    ...selectorOf(labelSelector).requirements,
    ...likeOwner(term.matchLabelKeys, owner.labels, "in"),
    ...likeOwner(term.mismatchLabelKeys, owner.labels, "notin"),
  ];
  return {
    topologyKey,
    weight,
    selects: ({ namespace, labels }) => matchesLabels({ requirements }, labels) && isInside(namespace),
  };
}

/** Keys that the owner doesn't have mean nothing. */
export const likeOwner = (
  keys: readonly string[] = [],
  labels: Labels,
  operator: "in" | "notin",
): readonly LabelRequirement[] =>
  keys.flatMap((key) => {
    const value = labels[key];
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  });
