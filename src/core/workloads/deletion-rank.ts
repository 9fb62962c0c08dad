import type { Pod } from "#api/core/pod.ts";
import { readTime } from "#machinery/time.ts";
import { isReady, readySince } from "../pod-state.ts";

/**
 * Pods in the order in which a ReplicaSet gives them up: those that serve least first. `sameNode` says how many pods of the same
 * workload run on the pod's node. `now` in milliseconds since 1970.
 * Source: ActivePodsWithRanks in k8s.io/kubernetes/pkg/controller (KEP-2255 for the cost, KEP-2185 for ages by magnitude).
 */
export function firstToDelete(pods: readonly Pod[], sameNode: (pod: Pod) => number, now: number): readonly Pod[] {
  const orders: readonly ((pod: Pod) => number)[] = [
    (pod) => (pod.spec.nodeName === undefined ? 0 : 1),
    (pod) => phaseOrder[pod.status.phase ?? ""] ?? 1,
    (pod) => (isReady(pod) ? 1 : 0),
    deletionCost,
    (pod) => -sameNode(pod),
    (pod) => magnitude(readySince(pod), now),
    (pod) => -restarts(pod),
    (pod) => magnitude(readTime(pod.metadata.creationTimestamp), now),
  ];
  return pods.toSorted((a, b) => {
    for (const order of orders) {
      const difference = order(a) - order(b);
      if (difference !== 0) return difference;
    }
    return a.metadata.uid < b.metadata.uid ? -1 : 1;
  });
}

const phaseOrder: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

const deletionCost = ({ metadata }: Pod): number => {
  const cost = Number(metadata.annotations?.["controller.kubernetes.io/pod-deletion-cost"]);
  return Number.isInteger(cost) ? cost : 0;
};

const restarts = ({ status }: Pod): number =>
  Math.max(0, ...(status.containerStatuses ?? []).map(({ restartCount }) => restartCount));

/** Less the younger; ages within one power of two are equal, so that not always the newest node loses its pods. */
const magnitude = (since: number, now: number): number =>
  since === 0 ? 0 : Math.floor(Math.log2(Math.max(1, (now - since) * 1e6)));
