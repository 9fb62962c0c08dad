import type { Container } from "#api/core/pod/container.ts";
import type { ResourceFieldSelector } from "#api/core/pod/env.ts";
import type { Pod } from "#api/core/pod.ts";
import { milliUnits, mustQuantity, wholeUnits } from "#machinery/quantity.ts";
import type { NodeFacts } from "./node-facts.ts";

/** What the kernel is asked to hold a container to; what is absent has no limit. */
export interface Limits {
  readonly memoryBytes?: number;
  readonly cpuMillis?: number;
}

export function limitsOf({ resources }: Container): Limits {
  const { memory, cpu } = resources.limits ?? {};
  return {
    ...(memory !== undefined && { memoryBytes: Number(wholeUnits(mustQuantity(memory))) }),
    ...(cpu !== undefined && { cpuMillis: Number(milliUnits(mustQuantity(cpu))) }),
  };
}

/** The container that a `resourceFieldRef` is about; undefined where it names none. */
export const containerNamed = ({ spec }: Pod, name: string | undefined): Container | undefined =>
  [...(spec.initContainers ?? []), ...spec.containers].find((container) => container.name === name);

/**
 * What a `resourceFieldRef` names, in units of its divisor, rounded up; a limit that isn't set is the node's whole amount.
 * Source: core/v1 ResourceFieldSelector; the kubelet's ExtractContainerResourceValue.
 */
export function resourceOf(
  { resources }: Container,
  { resource, divisor }: ResourceFieldSelector,
  node: NodeFacts,
): string {
  const [list, name = ""] = resource.split(".");
  const given = (list === "requests" ? resources.requests : resources.limits)?.[name];
  const whole: Readonly<Record<string, string>> = { cpu: `${node.cpuMillis}m`, memory: String(node.memoryBytes) };
  const amount = mustQuantity(given ?? (list === "limits" ? whole[name] : undefined) ?? 0).nanos;
  const unit = mustQuantity(divisor === undefined || String(divisor) === "0" ? 1 : divisor).nanos;
  return String((amount + unit - 1n) / unit);
}
