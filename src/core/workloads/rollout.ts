/** Sizes of ReplicaSets: the arithmetic of rolling updates and of scaling. Source: pkg/controller/deployment in Kubernetes. */
import type { Deployment } from "#api/apps/deployment.ts";
import type { ReplicaSet } from "#api/apps/replica-set.ts";
import { readTime } from "#machinery/time.ts";
import { desiredReplicasOf, maxReplicasOf } from "./revision.ts";
import { type RolloutBounds, rolloutBounds } from "./rollout-bounds.ts";

/** How many replicas a ReplicaSet shall have from now on; those not named stay as they are. */
export type Sizes = ReadonlyMap<ReplicaSet, number>;
const unchanged: Sizes = new Map();

const wanted = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, { spec }) => sum + spec.replicas, 0);
export const availableIn = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((sum, { status }) => sum + (status.availableReplicas ?? 0), 0);

/** Pods that are still there count too: a ReplicaSet that was made smaller takes a moment to give them up. */
const present = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((sum, { spec, status }) => sum + Math.max(spec.replicas, status.replicas), 0);

const created = ({ metadata }: ReplicaSet): number => readTime(metadata.creationTimestamp);
const byAge = (a: ReplicaSet, b: ReplicaSet): number =>
  created(a) - created(b) || (a.metadata.name < b.metadata.name ? -1 : 1);
export const oldestFirst = (sets: readonly ReplicaSet[]): readonly ReplicaSet[] => sets.toSorted(byAge);

/** Of its available pods those that its size keeps: one that was made smaller gives up others, but perhaps not in time. */
const dependable = ({ spec, status }: ReplicaSet): number => Math.min(spec.replicas, status.availableReplicas ?? 0);

/** How large the new ReplicaSet, which has `size` now, may be: the surge bounds all together. */
export function sizeOfNew(deployment: Deployment, all: readonly ReplicaSet[], size: number): number {
  const { spec } = deployment;
  if (spec.strategy.type === "Recreate") return spec.replicas;
  const room = spec.replicas + rolloutBounds(deployment).maxSurge - present(all);
  return room <= 0 ? size : size + Math.min(room, spec.replicas - size);
}

/** One step of a rolling update: the new one grows as far as surge allows, else the old ones shrink as far as availability does. */
export function rollOn(deployment: Deployment, newSet: ReplicaSet, oldSets: readonly ReplicaSet[]): Sizes {
  const size = newSet.spec.replicas;
  const { replicas } = deployment.spec;
  const next = size > replicas ? replicas : sizeOfNew(deployment, [newSet, ...oldSets], size);
  return next === size ? shrinkOld(deployment, newSet, oldSets) : new Map([[newSet, next]]);
}

function shrinkOld(deployment: Deployment, newSet: ReplicaSet, oldSets: readonly ReplicaSet[]): Sizes {
  const minAvailable = deployment.spec.replicas - rolloutBounds(deployment).maxUnavailable;
  const newUnavailable = newSet.spec.replicas - dependable(newSet);
  const spare = wanted([newSet, ...oldSets]) - minAvailable - newUnavailable;
  if (wanted(oldSets) === 0 || spare <= 0) return unchanged;
  const sizes = new Map<ReplicaSet, number>();
  const idle = takeAway(sizes, oldSets, { atMost: spare, from: (set, size) => size - dependable(set) });
  const available = [newSet, ...oldSets].reduce((sum, set) => sum + dependable(set), 0);
  takeAway(sizes, oldSets, { atMost: Math.min(spare - idle, available - minAvailable), from: (_, size) => size });
  return sizes;
}

/** From the oldest on: first those pods that serve nobody anyway, in a second call those that do. Returns how many. */
function takeAway(
  sizes: Map<ReplicaSet, number>,
  sets: readonly ReplicaSet[],
  { atMost, from }: { readonly atMost: number; readonly from: (set: ReplicaSet, size: number) => number },
): number {
  let left = Math.max(0, atMost);
  for (const set of oldestFirst(sets)) {
    const size = sizes.get(set) ?? set.spec.replicas;
    const taken = Math.min(left, from(set, size), size);
    if (taken <= 0) continue;
    sizes.set(set, size - taken);
    left -= taken;
  }
  return Math.max(0, atMost) - left;
}

/** Whether the number of replicas was changed since the ReplicaSets were last sized. */
export const isRescaled = ({ spec }: Deployment, sets: readonly ReplicaSet[]): boolean =>
  sets.some((set) => set.spec.replicas > 0 && (desiredReplicasOf(set) ?? spec.replicas) !== spec.replicas);

/**
 * The sizes after a scaling, or while the Deployment is paused: one active ReplicaSet takes all; in the middle of a rollout each
 * keeps its share, so that no rollout is made or undone by scaling.
 */
export function rescale(deployment: Deployment, newSet: ReplicaSet | undefined, oldSets: readonly ReplicaSet[]): Sizes {
  const { spec } = deployment;
  const sets = newSet === undefined ? oldSets : [newSet, ...oldSets];
  const active = sets.filter((set) => set.spec.replicas > 0);
  const only =
    active.length === 0 ? (newSet ?? oldestFirst(oldSets).at(-1)) : active.length === 1 ? active[0] : undefined;
  if (only !== undefined) return only.spec.replicas === spec.replicas ? unchanged : new Map([[only, spec.replicas]]);
  if (newSet !== undefined && isSaturated(deployment, newSet))
    return new Map(oldSets.filter((set) => set.spec.replicas > 0).map((set) => [set, 0]));
  return spec.strategy.type === "RollingUpdate" ? shares(deployment, active) : unchanged;
}

const isSaturated = ({ spec }: Deployment, set: ReplicaSet): boolean =>
  desiredReplicasOf(set) === spec.replicas &&
  set.spec.replicas === spec.replicas &&
  (set.status.availableReplicas ?? 0) === spec.replicas;

function shares(deployment: Deployment, active: readonly ReplicaSet[]): Sizes {
  const { replicas } = deployment.spec;
  const bounds = rolloutBounds(deployment);
  const allowed = replicas > 0 ? replicas + bounds.maxSurge : 0;
  const toAdd = allowed - wanted(active);
  // the largest changes most, since rounding leaves the first one with the rest; of equals the newer grows, the older shrinks
  const order = active.toSorted((a, b) => b.spec.replicas - a.spec.replicas || (toAdd > 0 ? byAge(b, a) : byAge(a, b)));
  const sizes = new Map<ReplicaSet, number>();
  let added = 0;
  for (const set of order) {
    const share = toAdd === 0 ? 0 : shareOf(set, { deployment, bounds, toAdd, added });
    sizes.set(set, set.spec.replicas + share);
    added += share;
  }
  const [first] = order;
  if (first !== undefined && toAdd !== added) sizes.set(first, Math.max(0, (sizes.get(first) ?? 0) + toAdd - added));
  return sizes;
}

interface Sharing {
  readonly deployment: Deployment;
  readonly bounds: RolloutBounds;
  readonly toAdd: number;
  readonly added: number;
}
function shareOf(set: ReplicaSet, { deployment, bounds, toAdd, added }: Sharing): number {
  const size = set.spec.replicas;
  const { replicas } = deployment.spec;
  if (size === 0 || toAdd === added) return 0;
  const before = maxReplicasOf(set) ?? deployment.status.replicas ?? 0;
  if (replicas > 0 && before === 0) return 0;
  const fraction = replicas === 0 ? -size : Math.round((size * (replicas + bounds.maxSurge)) / before) - size;
  const rest = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, rest) : Math.max(fraction, rest);
}

/** Old ReplicaSets beyond the history that is kept, the oldest revisions first; never one that still has pods. */
export function beyondHistory(
  { spec }: Deployment,
  oldSets: readonly ReplicaSet[],
  revisionOf: (set: ReplicaSet) => number,
): readonly ReplicaSet[] {
  const alive = oldSets.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const surplus = alive.length - spec.revisionHistoryLimit;
  if (surplus <= 0) return [];
  return alive
    .toSorted((a, b) => revisionOf(a) - revisionOf(b) || byAge(a, b))
    .slice(0, surplus)
    .filter(
      ({ metadata, spec: { replicas }, status }) =>
        replicas === 0 && status.replicas === 0 && (metadata.generation ?? 0) <= (status.observedGeneration ?? 0),
    );
}
