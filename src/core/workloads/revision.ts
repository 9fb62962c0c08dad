import type { Deployment } from "#api/apps/deployment.ts";
import type { ReplicaSet } from "#api/apps/replica-set.ts";
import type { RolloutBounds } from "./rollout-bounds.ts";

/** Which version of the Deployment a ReplicaSet is; `kubectl rollout history` and `undo` read it. */
export const revisionAnnotation = "deployment.kubernetes.io/revision";
const historyAnnotation = "deployment.kubernetes.io/revision-history";
/** What the Deployment wanted when it last sized the ReplicaSet: how a scaling in the middle of a rollout is noticed. */
const desiredAnnotation = "deployment.kubernetes.io/desired-replicas";
const maxAnnotation = "deployment.kubernetes.io/max-replicas";

/** Of a Deployment's annotations these are its own business. */
const notCopied = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  "deprecated.deployment.rollback.to",
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
]);

/** 0 where it has none. */
export const revisionOf = ({ metadata }: ReplicaSet): number =>
  numberOf(metadata.annotations?.[revisionAnnotation]) ?? 0;
export const desiredReplicasOf = ({ metadata }: ReplicaSet): number | undefined =>
  numberOf(metadata.annotations?.[desiredAnnotation]);
export const maxReplicasOf = ({ metadata }: ReplicaSet): number | undefined =>
  numberOf(metadata.annotations?.[maxAnnotation]);

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;

export const newestRevision = (sets: readonly ReplicaSet[]): number => Math.max(0, ...sets.map(revisionOf));

/** The annotations of a ReplicaSet that is to make the Deployment's present pods, after older ones up to `oldest`. */
export function annotationsOfNew(
  { metadata }: Deployment,
  before: Readonly<Record<string, string>>,
  revision: number,
): Readonly<Record<string, string>> {
  const copied = Object.entries(metadata.annotations ?? {}).filter(([name]) => !notCopied.has(name));
  const known = numberOf(before[revisionAnnotation]) ?? 0;
  if (known >= revision) return { ...before, ...Object.fromEntries(copied) };
  const history = [before[historyAnnotation], before[revisionAnnotation]].filter(
    (one) => one !== undefined && one !== "",
  );
  return {
    ...before,
    ...Object.fromEntries(copied),
    [revisionAnnotation]: String(revision),
    ...(known > 0 && { [historyAnnotation]: history.join(",") }),
  };
}

export const sizeAnnotations = (
  { spec }: Deployment,
  { maxSurge }: RolloutBounds,
): Readonly<Record<string, string>> => ({
  [desiredAnnotation]: String(spec.replicas),
  [maxAnnotation]: String(spec.replicas + maxSurge),
});
