import {
  type ReplicaSet,
  type ReplicaSetCondition,
  type ReplicaSetStatus,
  replicaSets,
} from "#api/apps/replica-set.ts";
import type { PodTemplateSpec } from "#api/core/pod/spec.ts";
import type { Pod } from "#api/core/pod.ts";
import type { OwnerReference } from "#api/meta/object-meta.ts";
import { matchesLabels, selectorOfLabels } from "#machinery/selectors.ts";
import { showTime } from "#machinery/time.ts";
import { isActive, isReady, secondsUntilAvailable } from "../pod-state.ts";
import { sameJson } from "../same-json.ts";
import { firstToDelete } from "./deletion-rank.ts";
import { controllerReference } from "./owners.ts";

export interface ReplicaSetFacts {
  readonly replicaSet: ReplicaSet;
  /** All pods that it owns, ended ones too. */
  readonly pods: readonly Pod[];
  /** Pods on that node which belong to the same workload, this ReplicaSet's and its siblings'. */
  readonly sameNode: (pod: Pod) => number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** How many pods are made or deleted before its numbers are looked at again. Source: BurstReplicas in kube-controller-manager. */
const burst = 500;

export interface ReplicaSetPlan {
  readonly create: number;
  readonly delete: readonly Pod[];
  /** Seconds until a ready pod becomes an available one; undefined where none is on its way. */
  readonly againSeconds: number | undefined;
}

export function planReplicaSet({ replicaSet, pods, sameNode, now }: ReplicaSetFacts): ReplicaSetPlan {
  const { metadata, spec } = replicaSet;
  const active = pods.filter(isActive);
  const missing = metadata.deletionTimestamp === undefined ? spec.replicas - active.length : 0;
  const waits = active
    .map((pod) => secondsUntilAvailable(pod, spec.minReadySeconds ?? 0, now) ?? 0)
    .filter((seconds) => seconds > 0);
  return {
    create: Math.min(burst, Math.max(0, missing)),
    delete: missing < 0 ? firstToDelete(active, sameNode, now).slice(0, Math.min(burst, -missing)) : [],
    againSeconds: waits.length === 0 ? undefined : Math.min(...waits),
  };
}

/** What making or deleting pods ran into, in the API's words. */
export interface ReplicaFailure {
  readonly reason: "FailedCreate" | "FailedDelete";
  readonly message: string;
}

/** undefined where the stored one says so already. */
export function replicaSetStatus(
  { replicaSet, pods, now }: ReplicaSetFacts,
  failure: ReplicaFailure | undefined,
): ReplicaSetStatus | undefined {
  const { metadata, spec, status } = replicaSet;
  const active = pods.filter(isActive);
  const template = selectorOfLabels(spec.template.metadata.labels ?? {});
  const labelled = active.filter((pod) => matchesLabels(template, pod.metadata.labels)).length;
  const ready = active.filter(isReady).length;
  const available = active.filter((pod) => secondsUntilAvailable(pod, spec.minReadySeconds ?? 0, now) === 0).length;
  const conditions = withFailure(status.conditions ?? [], failure, now);
  // as Go writes it: what is zero is left out
  const next: ReplicaSetStatus = {
    replicas: active.length,
    ...(labelled > 0 && { fullyLabeledReplicas: labelled }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
    ...(conditions.length > 0 && { conditions }),
  };
  return sameJson(next, status) ? undefined : next;
}

function withFailure(
  conditions: readonly ReplicaSetCondition[],
  failure: ReplicaFailure | undefined,
  now: number,
): readonly ReplicaSetCondition[] {
  const others = conditions.filter(({ type }) => type !== "ReplicaFailure");
  if (failure === undefined) return others;
  const before = conditions.find(({ type }) => type === "ReplicaFailure");
  if (before?.reason === failure.reason) return conditions;
  return [...others, { type: "ReplicaFailure", status: "True", lastTransitionTime: showTime(now), ...failure }];
}

/** A pod as the template wants it; the server gives it its name. */
export function podOf(replicaSet: ReplicaSet): PodDraft {
  const { metadata, spec } = replicaSet.spec.template;
  return {
    metadata: {
      ...(metadata.labels && { labels: metadata.labels }),
      ...(metadata.annotations && { annotations: metadata.annotations }),
      ...(metadata.finalizers && { finalizers: metadata.finalizers }),
      generateName: `${replicaSet.metadata.name}-`,
      namespace: replicaSet.metadata.namespace,
      ownerReferences: [controllerReference(replicaSets, replicaSet)],
    },
    spec,
  };
}
interface PodDraft {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly generateName: string;
    readonly namespace: string;
    readonly ownerReferences: readonly OwnerReference[];
  };
  readonly spec: PodTemplateSpec["spec"];
}
