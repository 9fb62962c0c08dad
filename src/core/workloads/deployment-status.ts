import type { Deployment, DeploymentCondition, DeploymentStatus } from "#api/apps/deployment.ts";
import type { ReplicaSet } from "#api/apps/replica-set.ts";
import { readTime, showTime } from "#machinery/time.ts";
import { availableIn } from "./rollout.ts";
import { rolloutBounds } from "./rollout-bounds.ts";

type Conditions = readonly DeploymentCondition[];
interface ConditionDraft {
  readonly type: "Available" | "Progressing" | "ReplicaFailure";
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
}

const conditionIn = (conditions: Conditions, type: ConditionDraft["type"]): DeploymentCondition | undefined =>
  conditions.find((one) => one.type === type);
export const without = (conditions: Conditions, type: ConditionDraft["type"]): Conditions =>
  conditions.filter((one) => one.type !== type);

/** The same status and reason again changes nothing; lastTransitionTime tells when the status last changed. */
export function withCondition(conditions: Conditions, draft: ConditionDraft, now: number): Conditions {
  const before = conditionIn(conditions, draft.type);
  if (before?.status === draft.status && before.reason === draft.reason) return conditions;
  const time = showTime(now);
  const lastTransitionTime = before?.status === draft.status ? (before.lastTransitionTime ?? time) : time;
  return [...without(conditions, draft.type), { ...draft, lastUpdateTime: time, lastTransitionTime }];
}

export interface StatusFacts {
  readonly deployment: Deployment;
  readonly newSet: ReplicaSet | undefined;
  readonly oldSets: readonly ReplicaSet[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The numbers, and the condition Available, which follows from them. */
export function countedStatus(
  { deployment, newSet, oldSets, now }: StatusFacts,
  conditions: Conditions,
): DeploymentStatus {
  const { metadata, spec, status } = deployment;
  const sets = newSet === undefined ? oldSets : [newSet, ...oldSets];
  const sum = (of: (set: ReplicaSet) => number | undefined): number =>
    sets.reduce((total, set) => total + (of(set) ?? 0), 0);
  const replicas = sum((set) => set.status.replicas);
  const updated = newSet?.status.replicas ?? 0;
  const ready = sum((set) => set.status.readyReplicas);
  const available = availableIn(sets);
  const unavailable = Math.max(0, sum((set) => set.spec.replicas) - available);
  const enough = available >= spec.replicas - rolloutBounds(deployment).maxUnavailable;
  // as Go writes it: what is zero is left out
  return {
    ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
    ...(replicas > 0 && { replicas }),
    ...(updated > 0 && { updatedReplicas: updated }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    ...(unavailable > 0 && { unavailableReplicas: unavailable }),
    ...(status.collisionCount !== undefined && { collisionCount: status.collisionCount }),
    conditions: withCondition(conditions, enough ? isAvailable : isUnavailable, now),
  };
}
const isAvailable: ConditionDraft = {
  type: "Available",
  status: "True",
  reason: "MinimumReplicasAvailable",
  message: "Deployment has minimum availability.",
};
const isUnavailable: ConditionDraft = {
  type: "Available",
  status: "False",
  reason: "MinimumReplicasUnavailable",
  message: "Deployment does not have minimum availability.",
};

/** Every wanted pod is of the new template and available, and no old one is left. */
export const isComplete = ({ metadata, spec }: Deployment, status: DeploymentStatus): boolean =>
  (status.updatedReplicas ?? 0) === spec.replicas &&
  (status.replicas ?? 0) === spec.replicas &&
  (status.availableReplicas ?? 0) === spec.replicas &&
  (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);

function hasMoved({ status: before }: Deployment, after: DeploymentStatus): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus): number => replicas - updatedReplicas;
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

/** Go's largest int32 stands for "no deadline". */
export const hasDeadline = ({ spec }: Deployment): boolean => spec.progressDeadlineSeconds < 2 ** 31 - 1;

/** How far the rollout is: the condition Progressing, by which `kubectl rollout status` and `wait` go. */
export function progressOf({ deployment, newSet, now }: StatusFacts, status: DeploymentStatus): Conditions {
  const conditions = status.conditions ?? [];
  if (!hasDeadline(deployment)) return without(conditions, "Progressing");
  const current = conditionIn(deployment.status.conditions ?? [], "Progressing");
  const { replicas = 0, updatedReplicas = 0 } = status;
  if (replicas === updatedReplicas && current?.reason === "NewReplicaSetAvailable") return conditions;
  const subject =
    newSet === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newSet.metadata.name}"`;
  const say = (status: "True" | "False", reason: string, what: string): ConditionDraft => ({
    type: "Progressing",
    status,
    reason,
    message: `${subject} ${what}`,
  });
  if (isComplete(deployment, status))
    return withCondition(conditions, say("True", "NewReplicaSetAvailable", "has successfully progressed."), now);
  if (hasMoved(deployment, status)) {
    const moved = say("True", "ReplicaSetUpdated", "is progressing.");
    const renewed = withCondition(without(conditions, "Progressing"), moved, now);
    const since = current?.status === "True" ? current.lastTransitionTime : undefined;
    if (since === undefined) return renewed;
    return renewed.map((one) => (one.type === "Progressing" ? { ...one, lastTransitionTime: since } : one));
  }
  if (isLate(deployment, conditionIn(conditions, "Progressing"), now))
    return withCondition(conditions, say("False", "ProgressDeadlineExceeded", "has timed out progressing."), now);
  return conditions;
}

function isLate({ spec }: Deployment, progress: DeploymentCondition | undefined, now: number): boolean {
  if (progress === undefined || progress.reason === "NewReplicaSetAvailable") return false;
  if (progress.reason === "ProgressDeadlineExceeded") return true;
  return readTime(progress.lastUpdateTime) + 1000 * spec.progressDeadlineSeconds < now;
}

/** Seconds until the deadline must be looked at; undefined where none is running. */
export function deadlineSeconds(deployment: Deployment, status: DeploymentStatus, now: number): number | undefined {
  const progress = conditionIn(status.conditions ?? [], "Progressing");
  if (!hasDeadline(deployment) || progress === undefined || deployment.spec.paused === true) return undefined;
  if (isComplete(deployment, status) || progress.reason === "ProgressDeadlineExceeded") return undefined;
  const end = readTime(progress.lastUpdateTime) + 1000 * deployment.spec.progressDeadlineSeconds;
  return Math.max(0, (end - now) / 1000) + 1;
}

/** What its ReplicaSets couldn't do, the new one's trouble first. */
export function withReplicaFailure(conditions: Conditions, sets: readonly ReplicaSet[]): Conditions {
  const failures = sets
    .flatMap(({ status }) => status.conditions ?? [])
    .filter(({ type }) => type === "ReplicaFailure");
  const [first] = failures;
  const others = without(conditions, "ReplicaFailure");
  if (first === undefined) return others;
  const lastUpdateTime = first.lastTransitionTime;
  return [...others, { ...first, ...(lastUpdateTime !== undefined && { lastUpdateTime }) }];
}

/** A paused rollout has no deadline: the clock starts again when it is resumed. */
export function withPause({ spec, status }: Deployment, now: number): Conditions {
  const conditions = status.conditions ?? [];
  const progress = conditionIn(conditions, "Progressing");
  const paused = progress?.reason === "DeploymentPaused";
  if (progress?.reason === "ProgressDeadlineExceeded" || paused === (spec.paused ?? false)) return conditions;
  return withCondition(conditions, paused ? resumedNow : pausedNow, now);
}
const pausedNow: ConditionDraft = {
  type: "Progressing",
  status: "Unknown",
  reason: "DeploymentPaused",
  message: "Deployment is paused",
};
const resumedNow: ConditionDraft = { ...pausedNow, reason: "DeploymentResumed", message: "Deployment is resumed" };
