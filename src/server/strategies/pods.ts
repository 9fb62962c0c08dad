import { type Pod, pods } from "#api/core/pod.ts";
import { isOf } from "../object.ts";
import type { Strategy } from "./strategy.ts";

type Toleration = NonNullable<Pod["spec"]["tolerations"]>[number];

/**
 * What Kubernetes' admission adds to a new Pod.
 * Source: the admission plugins ServiceAccount, Priority and DefaultTolerationSeconds.
 */
export const podStrategy: Strategy = {
  prepareCreate: (object) => {
    if (!isOf(pods, object)) return object;
    const { spec } = object;
    const serviceAccountName = spec.serviceAccountName ?? "default";
    const priority = spec.priority ?? priorities.get(spec.priorityClassName ?? "") ?? 0;
    return {
      ...object,
      spec: {
        ...spec,
        serviceAccountName,
        serviceAccount: serviceAccountName,
        priority,
        preemptionPolicy: spec.preemptionPolicy ?? "PreemptLowerPriority",
        tolerations: withNodeTolerations(spec.tolerations ?? []),
      },
    };
  },
  prepareUpdate: (next) => next,
};

/** The two classes that every cluster has. */
const priorities = new Map([
  ["system-cluster-critical", 2_000_000_000],
  ["system-node-critical", 2_000_001_000],
]);

/** How long, in seconds, a pod stays on a node that no longer answers, unless it says so itself. */
const tolerationSeconds = 300;

function withNodeTolerations(given: readonly Toleration[]): readonly Toleration[] {
  const missing = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].filter(
    (key) => !given.some((one) => (one.key === key || !one.key) && (one.effect === "NoExecute" || !one.effect)),
  );
  return [
    ...given,
    ...missing.map((key): Toleration => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds })),
  ];
}
