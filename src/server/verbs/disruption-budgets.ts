import type { Condition } from "#api/meta/condition.ts";
import { podDisruptionBudgets } from "#api/policy/pod-disruption-budget.ts";
import type { Stored } from "#machinery/schema.ts";
import { matchesLabels, selectorOf } from "#machinery/selectors.ts";
import { disruptionRefused, forbidden, type StatusError } from "#machinery/status.ts";
import { showTime } from "#machinery/time.ts";
import type { Store } from "#store/store.ts";
import { type ApiObject, isOf, objectOf } from "../object.ts";
import { prefixOf, retryOnConflict, save, storedObject } from "../objects.ts";

export type Budget = Stored<typeof podDisruptionBudgets.type>;

/** Those that guard a pod; none guards one without labels. Source: getPodDisruptionBudgets in pkg/registry/core/pod/storage/eviction.go. */
export async function budgetsOf(store: Store, { metadata }: ApiObject): Promise<readonly Budget[]> {
  const { namespace = "", labels = {} } = metadata;
  if (Object.keys(labels).length === 0) return [];
  const { entries } = await store.range(prefixOf(podDisruptionBudgets, namespace));
  return entries
    .map((entry) => storedObject(entry).object)
    .filter((object) => isOf(podDisruptionBudgets, object))
    .filter(({ spec: { selector } }) => selector !== undefined && matchesLabels(selectorOf(selector), labels));
}

/** A pod that is about to be evicted. */
interface Evicted {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly isDryRun: boolean;
}

/** Takes one disruption from a budget. Throws a 429 where it has none left, or where nobody has counted them yet. Source: checkAndDecrement. */
export async function spend(store: Store, { metadata }: Budget, evicted: Evicted): Promise<void> {
  const place = { namespace: metadata.namespace ?? "", name: metadata.name };
  await retryOnConflict(store, { kind: podDisruptionBudgets, place }, async ({ object, entry }) => {
    if (!isOf(podDisruptionBudgets, object)) return true;
    mustAllow(object);
    if (evicted.isDryRun) return true;
    const saving = await save(store, entry.key, objectOf(spent(object, evicted)), entry.modRevision);
    return saving.kind === "saved" ? true : undefined;
  });
}

/** How many evictions may wait for the budget's controller to see them. Source: MaxDisruptedPodSize. */
const mostUnseen = 2000;
const named = { group: "policy", kind: "PodDisruptionBudget", plural: "poddisruptionbudget" };

function mustAllow({ metadata: { name, generation = 0 }, status }: Budget): void {
  const { observedGeneration = 0, disruptionsAllowed, desiredHealthy, currentHealthy } = status;
  if (observedGeneration < generation) throw notCounted(name);
  if (disruptionsAllowed < 0) throw forbidden(named, name, "pdb disruptions allowed is negative");
  if (Object.keys(status.disruptedPods ?? {}).length > mostUnseen)
    throw forbidden(named, name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
  if (disruptionsAllowed > 0) return;
  const failed = (status.conditions ?? []).find(
    ({ type, status: is, reason }) => type === "DisruptionAllowed" && is === "False" && reason === "SyncFailed",
  );
  throw disruptionRefused(
    failed === undefined
      ? `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
      : `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${failed.message}`,
  );
}

/** Nobody has counted yet what a budget allows, or something came between: to be tried again. */
export const notCounted = (name: string): StatusError =>
  disruptionRefused(`The disruption budget ${name} is still being processed by the server.`, 10);

/** The status after an eviction, until the budget's controller has seen it. */
function spent(budget: Budget, { name, now }: Evicted): Budget {
  const { status } = budget;
  const disruptionsAllowed = status.disruptionsAllowed - 1;
  const time = showTime(now);
  return {
    ...budget,
    status: {
      ...status,
      disruptionsAllowed,
      disruptedPods: { ...status.disruptedPods, [name]: time },
      ...(disruptionsAllowed === 0 && { conditions: exhausted(status, time) }),
    },
  };
}

function exhausted({ conditions = [], observedGeneration = 0 }: Budget["status"], time: string): readonly Condition[] {
  const before = conditions.find(({ type }) => type === "DisruptionAllowed");
  const now: Condition = {
    type: "DisruptionAllowed",
    status: "False",
    observedGeneration,
    lastTransitionTime: before?.status === "False" ? before.lastTransitionTime : time,
    reason: "InsufficientPods",
    message: "",
  };
  return before === undefined ? [...conditions, now] : conditions.map((one) => (one === before ? now : one));
}
