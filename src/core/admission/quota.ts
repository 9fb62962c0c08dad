import type { Pod } from "#api/core/pod.ts";
import type { ResourceQuotaStatus } from "#api/core/resource-quota/spec.ts";
import type { ResourceQuota } from "#api/core/resource-quota.ts";
import { compareQuantities, zeroQuantity } from "#machinery/quantity.ts";
import { type Amounts, amountsOf, minus, none, plus, shownAmounts, sum } from "./amounts.ts";
import { isInScope } from "./quota-scopes.ts";
import { type Counted, type CountedKind, computeUsage, countsKind, usageOf } from "./quota-usage.ts";

// Source: CheckRequest in k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go, in whose words it refuses.

/** Whether a quota that is in force bounds something of that kind. */
export const bounds = ({ status }: ResourceQuota, kind: CountedKind): boolean =>
  Object.keys(status.hard ?? {}).some((resource) => countsKind(resource, kind));

/** A write as quotas see it. */
export interface Costly {
  readonly kind: CountedKind;
  readonly next: Counted;
  /** undefined: there is none yet. */
  readonly old: Counted | undefined;
}

export type Charge<Q> =
  | { readonly kind: "refused"; readonly because: string }
  /** The quotas whose usage is another then. */
  | { readonly kind: "charged"; readonly quotas: readonly Q[] };

/** What a write costs the quotas of its namespace. */
export function chargeFor<Q extends ResourceQuota>(quotas: readonly Q[], write: Costly): Charge<Q> {
  const concerned = quotas.filter((quota) => bounds(quota, write.kind) && isInScope(quota, write.next));
  for (const quota of concerned) {
    const because = unfit(quota, write);
    if (because !== undefined) return { kind: "refused", because };
  }
  const cost = minus(usageOf(write.next), write.old === undefined ? none : usageOf(write.old));
  const charged: Q[] = [];
  for (const quota of concerned) {
    const asked = masked(cost, quota);
    if (asked.size === 0) continue;
    const used = plus(amountsOf(quota.status.used), asked);
    const because = excess(quota, { asked, used });
    if (because !== undefined) return { kind: "refused", because };
    charged.push({ ...quota, status: { ...quota.status, used: shownAmounts(used) } });
  }
  return { kind: "charged", quotas: charged };
}

/** What of a cost a quota bounds, where it is anything. */
const masked = (cost: Amounts, { status: { hard = {} } }: ResourceQuota): Amounts =>
  new Map([...cost].filter(([name, amount]) => Object.hasOwn(hard, name) && amount.nanos !== 0n));

function unfit({ metadata, status }: ResourceQuota, { kind, next }: Costly): string | undefined {
  const resources = Object.keys(status.hard ?? {}).filter((resource) => countsKind(resource, kind));
  const unsaid = next.kind === "pod" ? unsaidBy(next.pod, resources) : "";
  if (unsaid !== "") return `failed quota: ${metadata.name}: must specify ${unsaid}`;
  const isCounted = resources.every((resource) => Object.hasOwn(status.used ?? {}, resource));
  return isCounted
    ? undefined
    : `status unknown for quota: ${metadata.name}, resources: ${resources.toSorted().join(",")}`;
}

const mustBeSaid = ["cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory"];

/** `limits.cpu for: a,b; memory for: a`: what each container must say where a quota bounds it. Source: Constraints of the pod evaluator. */
function unsaidBy({ spec }: Pod, resources: readonly string[]): string {
  const needed = mustBeSaid.filter((resource) => resources.includes(resource));
  const ofPod = computeUsage(amountsOf(spec.resources?.requests), amountsOf(spec.resources?.limits));
  const containers = [...spec.containers, ...(spec.initContainers ?? [])].map(({ name, resources: said }) => ({
    name,
    said: computeUsage(amountsOf(said.requests), amountsOf(said.limits)),
  }));
  return needed
    .filter((resource) => !ofPod.has(resource))
    .flatMap((resource) => {
      const silent = containers.filter(({ said }) => !said.has(resource)).map(({ name }) => name);
      return silent.length === 0 ? [] : [`${resource} for: ${silent.toSorted().join(",")}`];
    })
    .join("; ");
}

interface Spending {
  readonly asked: Amounts;
  readonly used: Amounts;
}

/** What gives something back is never too much. */
function excess({ metadata, status }: ResourceQuota, { asked, used }: Spending): string | undefined {
  const hard = amountsOf(status.hard);
  const exceeded = [...asked].flatMap(([name, amount]) => {
    const isOver = compareQuantities(used.get(name) ?? zeroQuantity, hard.get(name) ?? zeroQuantity) > 0;
    return isOver && amount.nanos > 0n ? [name] : [];
  });
  if (exceeded.length === 0) return undefined;
  const shown = (amounts: Readonly<Record<string, string>> = {}): string =>
    exceeded
      .toSorted()
      .map((name) => `${name}=${amounts[name]}`)
      .join(",");
  return `exceeded quota: ${metadata.name}, requested: ${shown(shownAmounts(asked))}, used: ${shown(status.used)}, limited: ${shown(status.hard)}`;
}

/** What a quota bounds, and all that is used of it. Source: syncResourceQuota in pkg/controller/resourcequota. */
export function recounted(quota: ResourceQuota, objects: readonly Counted[]): ResourceQuotaStatus {
  const { hard = {} } = quota.spec;
  const all = sum(objects.filter((counted) => isInScope(quota, counted)).map(usageOf));
  const used = new Map(Object.keys(hard).map((name) => [name, all.get(name) ?? zeroQuantity]));
  return { hard, used: shownAmounts(used) };
}
