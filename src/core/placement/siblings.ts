import type { ReplicaSet } from "#api/apps/replica-set.ts";
import type { Pod } from "#api/core/pod.ts";
import type { Service } from "#api/core/service.ts";
import { type LabelSelector, matchesLabels, selectorOf, selectorOfLabels } from "#machinery/selectors.ts";

interface Owners {
  /** Of the pod's namespace. */
  readonly services: readonly Service[];
  /** The pod's own, if it has one. */
  readonly replicaSet: ReplicaSet | undefined;
}

/**
 * What chooses the pods that belong together with one, by the Services that lead to it and its ReplicaSet; undefined where it has
 * none of them. Source: DefaultSelector in kube-scheduler's helper.
 */
export function siblingsOf(pod: Pod, { services, replicaSet }: Owners): LabelSelector | undefined {
  const selectors = services
    .map(({ spec }) => selectorOfLabels(spec.selector ?? {}))
    .filter((selector) => selector.requirements.length > 0 && matchesLabels(selector, pod.metadata.labels));
  if (replicaSet !== undefined) selectors.push(selectorOf(replicaSet.spec.selector));
  const requirements = selectors.flatMap((selector) => selector.requirements);
  return requirements.length === 0 ? undefined : { requirements };
}
