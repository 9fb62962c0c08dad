import type { Container } from "#api/core/pod/container.ts";
import type { Pod } from "#api/core/pod.ts";
import { milliUnits, mustQuantity, wholeUnits } from "#machinery/quantity.ts";

/** Amounts by resource: `cpu` in thousandths of a core, all others in whole units (bytes, counts). */
export type Amounts = ReadonlyMap<string, number>;

type Quantities = Readonly<Record<string, string>>;

export const amountsOf = (quantities: Quantities): Amounts =>
  new Map(
    Object.entries(quantities).map(([name, value]) => {
      const quantity = mustQuantity(value);
      return [name, Number(name === "cpu" ? milliUnits(quantity) : wholeUnits(quantity))];
    }),
  );

/** Where a request is missing, the limit is meant. */
const requestsOf = ({ resources }: Container): Amounts => amountsOf({ ...resources.limits, ...resources.requests });

/**
 * What the pod needs of a node. Init containers run one after another, so the largest of them counts, beside the sidecars started
 * before it; whichever is more, that or what runs later, is reserved. Source: PodRequests in k8s.io/component-helpers (KEP-753).
 */
export const podRequests = (pod: Pod): Amounts => requestsWith(pod, requestsOf);

/** A container that asks for nothing uses something all the same. Source: DefaultMilliCPURequest and DefaultMemoryRequest of kube-scheduler. */
const least: Amounts = new Map([
  ["cpu", 100],
  ["memory", 200 * 1024 * 1024],
]);

/** What the pod is expected to use of its node: what nodes are compared by. */
export const assumedRequests = (pod: Pod): Amounts =>
  requestsWith(pod, (container) => new Map([...least, ...requestsOf(container)]));

function requestsWith({ spec }: Pod, requestsOf: (container: Container) => Amounts): Amounts {
  const running = new Map<string, number>();
  const starting = new Map<string, number>();
  for (const container of spec.initContainers ?? []) {
    const needs = requestsOf(container);
    if (container.restartPolicy === "Always") {
      add(running, needs);
      raise(starting, running);
    } else raise(starting, sum(running, needs));
  }
  for (const container of spec.containers) add(running, requestsOf(container));
  raise(running, starting);
  if (spec.resources !== undefined)
    for (const [name, amount] of amountsOf({ ...spec.resources.limits, ...spec.resources.requests }))
      running.set(name, amount);
  if (spec.overhead !== undefined) add(running, amountsOf(spec.overhead));
  return running;
}

export const sum = (a: Amounts, b: Amounts): Amounts => {
  const result = new Map(a);
  add(result, b);
  return result;
};
export function add(to: Map<string, number>, more: Amounts): void {
  for (const [name, amount] of more) to.set(name, (to.get(name) ?? 0) + amount);
}
export function subtract(from: Map<string, number>, less: Amounts): void {
  for (const [name, amount] of less) from.set(name, (from.get(name) ?? 0) - amount);
}
function raise(to: Map<string, number>, least: Amounts): void {
  for (const [name, amount] of least) to.set(name, Math.max(to.get(name) ?? 0, amount));
}
