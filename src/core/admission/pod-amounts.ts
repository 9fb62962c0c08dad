import type { Container } from "#api/core/pod/container.ts";
import type { PodSpec } from "#api/core/pod/spec.ts";
import { type Amounts, amountsOf, larger, none, plus, sum } from "./amounts.ts";

/** What a pod promises and takes at most. */
export interface PodAmounts {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/**
 * Of all containers together: init containers run one after another, so the largest of them counts, beside the sidecars started before it.
 * Without the pod's overhead. Source: PodRequests and PodLimits in k8s.io/component-helpers/resource (KEP-753, KEP-2837).
 */
export function podAmounts(spec: PodSpec): PodAmounts {
  const of = (field: "requests" | "limits"): Amounts => {
    const together = containersTogether(spec, ({ resources }) => amountsOf(resources[field]));
    return new Map([...together, ...amountsOf(spec.resources?.[field])]);
  };
  return { requests: of("requests"), limits: of("limits") };
}

function containersTogether(spec: PodSpec, of: (container: Container) => Amounts): Amounts {
  let [beside, starting] = [none, none];
  for (const container of spec.initContainers ?? []) {
    const needs = of(container);
    if (container.restartPolicy === "Always") {
      beside = plus(beside, needs);
      starting = larger(starting, beside);
    } else starting = larger(starting, plus(beside, needs));
  }
  return larger(plus(sum(spec.containers.map(of)), beside), starting);
}
