import type { Namespace, NamespaceCondition, NamespaceStatus } from "#api/core/namespace.ts";
import type { ObjectMeta } from "#api/meta/object-meta.ts";
import { type Named, resourceName } from "#machinery/status.ts";
import { showTime } from "#machinery/time.ts";
import { sameJson } from "../same-json.ts";

/** Objects of one kind that a deleted namespace still holds. */
export interface Remaining {
  readonly kind: Named;
  readonly objects: readonly { readonly metadata: ObjectMeta }[];
}

export const namespaceFinalizer = "kubernetes";

/** Why the namespace isn't gone yet, for `kubectl get namespace -o yaml`. undefined where the stored status says so already. */
export function namespaceStatus(
  { status }: Namespace,
  remaining: readonly Remaining[],
  now: number,
): NamespaceStatus | undefined {
  const counts = remaining.map(
    ({ kind, objects }) => `${resourceName({ ...kind, group: kind.group })}. has ${objects.length} resource instances`,
  );
  const finalizers = new Map<string, number>();
  for (const name of remaining.flatMap(({ objects }) => objects.flatMap(({ metadata }) => metadata.finalizers ?? [])))
    finalizers.set(name, (finalizers.get(name) ?? 0) + 1);
  const held = [...finalizers].toSorted().map(([name, count]) => `${name} in ${count} resource instances`);
  const said = [
    condition("NamespaceContentRemaining", {
      no: ["ContentRemoved", "All content successfully removed"],
      yes: ["SomeResourcesRemain", `Some resources are remaining: ${counts.join(", ")}`],
      is: counts.length > 0,
    }),
    condition("NamespaceFinalizersRemaining", {
      no: ["ContentHasNoFinalizers", "All content-preserving finalizers finished"],
      yes: ["SomeFinalizersRemain", `Some content in the namespace has finalizers remaining: ${held.join(", ")}`],
      is: held.length > 0,
    }),
  ];
  const before = status.conditions ?? [];
  const conditions = [
    ...before.filter(({ type }) => !said.some((one) => one.type === type)),
    ...said.map((one) => ({ ...one, lastTransitionTime: since(before, one, now) })),
  ];
  const next = { ...status, conditions };
  return sameJson(next, status) ? undefined : next;
}

interface Choice {
  readonly is: boolean;
  readonly yes: readonly [reason: string, message: string];
  readonly no: readonly [reason: string, message: string];
}
const condition = (type: string, { is, yes, no }: Choice): NamespaceCondition => {
  const [reason, message] = is ? yes : no;
  return { type, status: is ? "True" : "False", reason, message };
};

const since = (before: readonly NamespaceCondition[], next: NamespaceCondition, now: number): string => {
  const same = before.find(({ type, status }) => type === next.type && status === next.status);
  return same?.lastTransitionTime ?? showTime(now);
};
