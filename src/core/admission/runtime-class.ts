import type { Pod } from "#api/core/pod.ts";
import type { RuntimeClass } from "#api/node/runtime-class.ts";
import { sameJson } from "../same-json.ts";
import { amountsOf, minus } from "./amounts.ts";

export type Placed =
  | { readonly kind: "placed"; readonly pod: Pod }
  | { readonly kind: "refused"; readonly because: string };

const refused = (because: string): Placed => ({ kind: "refused", because });

/**
 * The pod with what its runtime costs and where it is found; undefined: there is no such class. Source: plugin/pkg/admission/runtimeclass, in
 * whose words it is refused.
 */
export function withRuntimeClass(pod: Pod, found: RuntimeClass | undefined): Placed {
  const { runtimeClassName = "", overhead } = pod.spec;
  if (runtimeClassName !== "" && found === undefined)
    return refused(`pod rejected: RuntimeClass "${runtimeClassName}" not found`);
  const cost = found?.overhead?.podFixed;
  if (cost === undefined && overhead !== undefined)
    return refused("pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
  if (overhead !== undefined && !isSame(overhead, cost))
    return refused("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  const { nodeSelector = {}, tolerations = [] } = found?.scheduling ?? {};
  const own = pod.spec.nodeSelector ?? {};
  for (const [key, value] of Object.entries(nodeSelector))
    if (Object.hasOwn(own, key) && own[key] !== value)
      return refused(
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own[key]}`,
      );
  const known = pod.spec.tolerations ?? [];
  const missing = tolerations.filter((one) => !known.some((other) => sameJson(one, other)));
  const spec = {
    ...pod.spec,
    ...(cost !== undefined && { overhead: cost }),
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector: { ...own, ...nodeSelector } }),
    ...(missing.length > 0 && { tolerations: [...known, ...missing] }),
  };
  return { kind: "placed", pod: { ...pod, spec } };
}

const isSame = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>> | undefined): boolean =>
  [...minus(amountsOf(a), amountsOf(b)).values()].every(({ nanos }) => nanos === 0n);
