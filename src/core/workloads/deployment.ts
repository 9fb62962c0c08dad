import { type Deployment, type DeploymentStatus, deployments } from "#api/apps/deployment.ts";
import type { ReplicaSet } from "#api/apps/replica-set.ts";
import type { PodTemplateSpec } from "#api/core/pod/spec.ts";
import type { LabelSelector } from "#api/meta/label-selector.ts";
import type { OwnerReference } from "#api/meta/object-meta.ts";
import { sameJson } from "../same-json.ts";
import {
  countedStatus,
  deadlineSeconds,
  hasDeadline,
  isComplete,
  progressOf,
  withCondition,
  withPause,
  withReplicaFailure,
} from "./deployment-status.ts";
import { controllerReference } from "./owners.ts";
import { annotationsOfNew, newestRevision, revisionAnnotation, revisionOf, sizeAnnotations } from "./revision.ts";
import { beyondHistory, isRescaled, oldestFirst, rescale, rollOn, type Sizes, sizeOfNew } from "./rollout.ts";
import { rolloutBounds } from "./rollout-bounds.ts";
import { makesPodsOf, templateHash, templateHashLabel } from "./template-hash.ts";

interface DeploymentFacts {
  readonly deployment: Deployment;
  /** Those that it owns. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Whether a pod that is not of the present template still runs or ends; Recreate waits for it. */
  readonly oldPodsRun: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface DeploymentPlan {
  readonly create: ReplicaSetDraft | undefined;
  readonly update: readonly Resize[];
  readonly remove: readonly ReplicaSet[];
  /** The Deployment's own annotation; undefined where it is right. */
  readonly revision: string | undefined;
  /** undefined where the stored one says so already. */
  readonly status: DeploymentStatus | undefined;
  readonly againSeconds: number | undefined;
}
interface Resize {
  readonly replicaSet: ReplicaSet;
  readonly from: number;
}
export interface ReplicaSetDraft {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly OwnerReference[];
  };
  readonly spec: {
    readonly replicas: number;
    readonly selector: LabelSelector;
    readonly template: PodTemplateSpec;
    readonly minReadySeconds?: number;
  };
}

/** Of several ReplicaSets that make the present pods, the oldest is the new one. */
export const newSetOf = ({ spec }: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined =>
  oldestFirst(sets).find((set) => makesPodsOf(spec.template, set));

/**
 * One step towards what the Deployment wants. Each step makes changes that call for the next, so that a rollout goes as far as its
 * bounds allow and no further.
 */
export function planDeployment(facts: DeploymentFacts): DeploymentPlan {
  const { deployment, replicaSets, now } = facts;
  const { metadata, spec } = deployment;
  const newSet = newSetOf(deployment, replicaSets);
  const oldSets = replicaSets.filter((set) => set !== newSet);
  if (metadata.deletionTimestamp !== undefined) return { ...nothing, status: statusOf(facts, newSet, oldSets) };
  const rolls = spec.paused !== true && !isRescaled(deployment, replicaSets);
  const waits = spec.strategy.type === "Recreate" && (oldSets.some(hasReplicas) || facts.oldPodsRun);
  const revision = newestRevision(oldSets) + 1;
  const create = newSet === undefined && rolls && !waits ? newReplicaSet(deployment, replicaSets, revision) : undefined;
  const sizes =
    create !== undefined ? none : rolls ? nextSizes(facts, newSet, oldSets) : rescale(deployment, newSet, oldSets);
  const known = newSet === undefined ? 0 : Math.max(revision, revisionOf(newSet));
  const next = create?.metadata.annotations[revisionAnnotation] ?? (known > 0 ? String(known) : undefined);
  const status = statusOf(facts, newSet, oldSets, create);
  const settled = sizes.size === 0 && create === undefined;
  const tidy = settled && (spec.paused === true || isComplete(deployment, status ?? deployment.status));
  return {
    create,
    update: replicaSets.flatMap((set) => resized(deployment, set, { sizes, revision: set === newSet ? revision : 0 })),
    remove: tidy ? beyondHistory(deployment, oldSets, revisionOf) : [],
    revision: next === metadata.annotations?.[revisionAnnotation] ? undefined : next,
    status,
    againSeconds: deadlineSeconds(deployment, status ?? deployment.status, now),
  };
}

const nothing = { create: undefined, update: [], remove: [], revision: undefined, againSeconds: undefined };
const none: Sizes = new Map();
const hasReplicas = ({ spec }: ReplicaSet): boolean => spec.replicas > 0;

function nextSizes(facts: DeploymentFacts, newSet: ReplicaSet | undefined, oldSets: readonly ReplicaSet[]): Sizes {
  const { deployment, oldPodsRun } = facts;
  const { strategy, replicas } = deployment.spec;
  if (strategy.type === "RollingUpdate") return newSet === undefined ? none : rollOn(deployment, newSet, oldSets);
  const running = oldSets.filter(hasReplicas);
  if (running.length > 0) return new Map(running.map((set) => [set, 0]));
  return newSet === undefined || oldPodsRun || newSet.spec.replicas === replicas ? none : new Map([[newSet, replicas]]);
}

function newReplicaSet(deployment: Deployment, all: readonly ReplicaSet[], revision: number): ReplicaSetDraft {
  const { metadata, spec, status } = deployment;
  const hash = templateHash(spec.template, status.collisionCount ?? 0);
  const labels = { ...spec.template.metadata.labels, [templateHashLabel]: hash };
  return {
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace,
      labels,
      annotations: {
        ...annotationsOfNew(deployment, {}, revision),
        ...sizeAnnotations(deployment, rolloutBounds(deployment)),
      },
      ownerReferences: [controllerReference(deployments, deployment)],
    },
    spec: {
      replicas: sizeOfNew(deployment, all, 0),
      selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [templateHashLabel]: hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
      ...(spec.minReadySeconds !== undefined && { minReadySeconds: spec.minReadySeconds }),
    },
  };
}

/** With a revision above 0 for the new one, which also follows the Deployment's annotations and minReadySeconds. */
function resized(
  deployment: Deployment,
  set: ReplicaSet,
  { sizes, revision }: { readonly sizes: Sizes; readonly revision: number },
): readonly Resize[] {
  const before = set.metadata.annotations ?? {};
  const renewed = revision > 0 ? annotationsOfNew(deployment, before, revision) : before;
  const size = sizes.get(set);
  const annotations =
    size === undefined ? renewed : { ...renewed, ...sizeAnnotations(deployment, rolloutBounds(deployment)) };
  const { minReadySeconds: _, ...spec } = set.spec;
  const minReadySeconds = revision > 0 ? deployment.spec.minReadySeconds : set.spec.minReadySeconds;
  const next: ReplicaSet = {
    ...set,
    metadata: { ...set.metadata, ...(Object.keys(annotations).length > 0 && { annotations }) },
    spec: { ...spec, replicas: size ?? spec.replicas, ...(minReadySeconds !== undefined && { minReadySeconds }) },
  };
  return sameJson(next, set) ? [] : [{ replicaSet: next, from: set.spec.replicas }];
}

function statusOf(
  { deployment, now }: DeploymentFacts,
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
  created?: ReplicaSetDraft,
): DeploymentStatus | undefined {
  const facts = { deployment, newSet, oldSets, now };
  const paused = hasDeadline(deployment) ? withPause(deployment, now) : (deployment.status.conditions ?? []);
  const counted = countedStatus(facts, withDiscovery(facts, paused, created));
  // while it is paused, nothing is expected to move
  const moved = deployment.spec.paused === true ? (counted.conditions ?? []) : progressOf(facts, counted);
  const sets = newSet === undefined ? oldSets : [newSet, ...oldSets];
  const next = { ...counted, conditions: withReplicaFailure(moved, sets) };
  return sameJson(next, deployment.status) ? undefined : next;
}

/** The first step of progress: the ReplicaSet is there. */
function withDiscovery(
  { deployment, newSet, now }: { deployment: Deployment; newSet: ReplicaSet | undefined; now: number },
  conditions: NonNullable<DeploymentStatus["conditions"]>,
  created: ReplicaSetDraft | undefined,
): NonNullable<DeploymentStatus["conditions"]> {
  if (!hasDeadline(deployment)) return conditions;
  const say = (reason: string, message: string): typeof conditions =>
    withCondition(conditions, { type: "Progressing", status: "True", reason, message }, now);
  if (created !== undefined) return say("NewReplicaSetCreated", `Created new replica set "${created.metadata.name}"`);
  const known = conditions.some(({ type }) => type === "Progressing");
  return newSet !== undefined && !known
    ? say("FoundNewReplicaSet", `Found new replica set "${newSet.metadata.name}"`)
    : conditions;
}
