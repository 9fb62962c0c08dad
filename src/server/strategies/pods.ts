import { type Pod, pods } from "#api/core/pod.ts";
import { resolvePriority } from "#api/scheduling/priority-class/resolution.ts";
import { priorityClasses } from "#api/scheduling/priority-class.ts";
import { forbidden } from "#machinery/status.ts";
import { isOf, named } from "../object.ts";
import { everyOf } from "../objects.ts";
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
    return {
      ...object,
      spec: {
        ...spec,
        serviceAccountName,
        serviceAccount: serviceAccountName,
        tolerations: withNodeTolerations(spec.tolerations ?? []),
      },
    };
  },
  completeCreate: async (object, store) => {
    if (!isOf(pods, object)) return object;
    const resolved = resolvePriority(object.spec, await everyOf(store, priorityClasses));
    if (resolved.kind === "refused") throw forbidden(pods, object.metadata.name, resolved.message);
    return named(pods, { ...object, spec: { ...object.spec, ...resolved.fields } });
  },
  // the rest of what admission added has to be said again
  prepareUpdate: (next, old) =>
    isOf(pods, next) && isOf(pods, old)
      ? named(pods, { ...next, spec: { ...priorityOf(old.spec), ...next.spec } })
      : next,
};

const priorityOf = ({ priority, preemptionPolicy }: Pod["spec"]): Partial<Pod["spec"]> => ({
  ...(priority !== undefined && { priority }),
  ...(preemptionPolicy !== undefined && { preemptionPolicy }),
});

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
