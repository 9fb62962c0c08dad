import { jobs } from "#api/batch/job.ts";
import { namespaces } from "#api/core/namespace.ts";
import { pods } from "#api/core/pod.ts";
import { type AnyKind, apiVersionOf } from "#machinery/kind.ts";
import { conflict, success } from "#machinery/status.ts";
import { showTime } from "#machinery/time.ts";
import { judgeDeletion } from "../admission/chain.ts";
import { statusKind } from "../answers/encode.ts";
import { presentObject, presentValue } from "../answers/present.ts";
import type { Call } from "../call.ts";
import type { WholeAnswer } from "../exchange.ts";
import { type ApiObject, isOf, objectOf, withMetadata, withoutMetadata } from "../object.ts";
import { erase, type Place, rehearse, retryOnConflict, type Saved, type StoredObject, save } from "../objects.ts";
import type { Deletion } from "../requests/delete-options.ts";
import { isFinished } from "./replace.ts";

/** What a deletion has come to. */
export type Removal =
  | { readonly kind: "gone"; readonly saved: Saved }
  /** It waits for finalizers, or for its pods' grace period. */
  | { readonly kind: "waiting"; readonly saved: Saved };

/** Deletes one object, or marks it as to be deleted. Throws a 403, 404 or 409. */
export const removeObject = (call: Call, place: Place, deletion: Deletion): Promise<Removal> =>
  retryOnConflict(call.env.store, { kind: call.kind, place }, async (stored) => {
    const { kind, env } = call;
    checkPreconditions(kind, stored.object, deletion);
    const { isDryRun } = deletion;
    judgeDeletion(stored.object, { call, operation: "delete", name: place.name, old: stored.object, isDryRun });
    const marked = mark(
      stored.object,
      { ...deletion, propagation: propagationOf(call, stored.object, deletion) },
      env.now(),
    );
    if (isFinished(marked)) return finish(call, stored, deletion);
    const kept = { object: stored.object, bytes: stored.entry.value, revision: stored.entry.modRevision };
    if (marked === stored.object) return { kind: "waiting", saved: kept };
    if (isDryRun) return { kind: "waiting", saved: rehearse(marked, stored.entry.modRevision) };
    const saving = await save(env.store, stored.entry.key, marked, stored.entry.modRevision);
    return saving.kind === "saved" ? { kind: "waiting", saved: saving.saved } : undefined;
  });

/** What the deletion says, or what was said before, or else what the kind wants. Source: shouldOrphanDependents in k8s.io/apiserver. */
function propagationOf(
  { kind, spoken, warn }: Call,
  { metadata: { finalizers = [] } }: ApiObject,
  { propagation }: Deletion,
): Deletion["propagation"] {
  if (propagation !== undefined || finalizers.some(isPropagation)) return propagation;
  if (!kind.keepsDependents && !spoken.other?.keepsDependents) return undefined;
  if (kind.kind === jobs.kind && kind.group === jobs.group) warn(podsAreKept);
  return "Orphan";
}

/** Source: pkg/registry/batch/job/storage. */
const podsAreKept =
  "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning";

async function finish(
  { env }: Call,
  { object, entry }: StoredObject,
  { isDryRun }: Deletion,
): Promise<Removal | undefined> {
  if (isDryRun) return { kind: "gone", saved: rehearse(object, entry.modRevision) };
  const erased = await erase(env.store, entry);
  return erased === undefined ? undefined : { kind: "gone", saved: rehearse(object, erased.revision) };
}

/** Throws a 409 for an object that is not the one that was meant. */
export function checkPreconditions(kind: AnyKind, { metadata }: ApiObject, { preconditions }: Deletion): void {
  const { uid, resourceVersion } = preconditions;
  const named = { group: kind.group, kind: kind.kind, plural: kind.kind }; // Kubernetes names the kind here, not the resource
  if (uid !== undefined && uid !== metadata.uid)
    throw conflict(
      named,
      metadata.name,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    throw conflict(
      named,
      metadata.name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
}

/** The object with what a deletion writes on it; the very object where it has it all. */
function mark(object: ApiObject, deletion: Deletion, now: number): ApiObject {
  const grace = graceSeconds(object, deletion);
  const held = withFinalizers(object, deletion.propagation);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, generation } = object.metadata;
  if (deletionTimestamp !== undefined) {
    if (deletion.gracePeriodSeconds === undefined || grace >= deletionGracePeriodSeconds) return held;
    const sooner = Date.parse(deletionTimestamp) - (deletionGracePeriodSeconds - grace) * 1000;
    return withMetadata(held, { deletionTimestamp: showTime(sooner), deletionGracePeriodSeconds: grace });
  }
  const marked = withMetadata(held, {
    deletionTimestamp: showTime(now + grace * 1000),
    deletionGracePeriodSeconds: grace,
    ...(generation !== undefined && { generation: generation + 1 }),
  });
  return isOf(namespaces, marked)
    ? objectOf({ ...marked, status: { ...marked.status, phase: "Terminating" } })
    : marked;
}

/** A pod that runs gets time to end; nothing else does. */
function graceSeconds(object: ApiObject, { gracePeriodSeconds }: Deletion): number {
  if (!isOf(pods, object)) return 0;
  const { phase } = object.status;
  if ((object.spec.nodeName ?? "") === "" || phase === "Succeeded" || phase === "Failed") return 0;
  return gracePeriodSeconds ?? object.spec.terminationGracePeriodSeconds ?? 30;
}

/** The garbage collector reads from the finalizers what is to become of what the object owns. */
function withFinalizers(object: ApiObject, propagation: Deletion["propagation"]): ApiObject {
  if (propagation === undefined) return object;
  const before = object.metadata.finalizers ?? [];
  const wanted = propagation === "Orphan" ? ["orphan"] : propagation === "Foreground" ? ["foregroundDeletion"] : [];
  const others = before.filter((one) => !isPropagation(one));
  const finalizers = [...others, ...wanted];
  if (finalizers.length === before.length && finalizers.every((one) => before.includes(one))) return object;
  return finalizers.length === 0 ? withoutMetadata(object, "finalizers") : withMetadata(object, { finalizers });
}

const isPropagation = (finalizer: string): boolean => finalizer === "orphan" || finalizer === "foregroundDeletion";

/** Kinds whose deletion answers with the object instead of a Status. Source: ReturnDeletedObject of the registries in Kubernetes. */
const showsDeleted = new Set([
  ...[
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Pod",
    "PodTemplate",
    "ResourceQuota",
    "Service",
    "ServiceAccount",
  ].map((kind) => `v1/${kind}`),
  "storage.k8s.io/v1/StorageClass",
]);

export function removalAnswer(call: Call, { kind: outcome, saved }: Removal): WholeAnswer {
  const { kind } = call;
  if (outcome === "waiting" || showsDeleted.has(`${apiVersionOf(kind)}/${kind.kind}`))
    return presentObject(call, 200, saved.bytes);
  const { name, uid } = saved.object.metadata;
  return presentValue(call, statusKind, success(kind, name, uid));
}
