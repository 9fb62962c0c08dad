import { addQuantities, compareQuantities, mustQuantity, type Quantity, zeroQuantity } from "#machinery/quantity.ts";
import type { PodSpec } from "./spec.ts";

export type QosClass = "Guaranteed" | "Burstable" | "BestEffort";

/** The resources that the class is about. */
const weighed = ["cpu", "memory"] as const;
type Amounts = ReadonlyMap<string, Quantity>;
type Given = Readonly<Record<string, string>> | undefined;

/**
 * Which pods go first when memory runs out: those that promised nothing, those that may take more than they asked for, those that
 * asked for all that they may have. Source: ComputePodQOS in pkg/apis/core/v1/helper/qos.
 */
export function qosClassOf(spec: PodSpec): QosClass {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const shares = spec.resources === undefined ? containers.map(({ resources }) => resources) : [spec.resources];
  const limits = shares.map((share) => amountsOf(share.limits));
  const [requested, limited] = [sum(shares.map(({ requests }) => amountsOf(requests))), sum(limits)];
  if (requested.size === 0 && limited.size === 0) return "BestEffort";
  const isWhole = limits.every(({ size }) => size === weighed.length) && requested.size === limited.size;
  const isEqual = [...requested].every(([name, amount]) => {
    const limit = limited.get(name);
    return limit !== undefined && compareQuantities(limit, amount) === 0;
  });
  return isWhole && isEqual ? "Guaranteed" : "Burstable";
}

/** None at all counts as nothing said. */
function amountsOf(given: Given): Amounts {
  const amounts = weighed.flatMap((name) => {
    const amount = mustQuantity(given?.[name] ?? 0);
    return compareQuantities(amount, zeroQuantity) > 0 ? [[name, amount] as const] : [];
  });
  return new Map(amounts);
}

function sum(all: readonly Amounts[]): Amounts {
  const whole = new Map<string, Quantity>();
  for (const [name, amount] of all.flatMap((one) => [...one]))
    whole.set(name, addQuantities(whole.get(name) ?? zeroQuantity, amount));
  return whole;
}
