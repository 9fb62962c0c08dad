/** What becomes of objects whose owners go. Source: "Garbage collection" in the Kubernetes documentation. */
import type { OwnerReference } from "#api/meta/object-meta.ts";
import type { Owned } from "./owners.ts";

export const orphanFinalizer = "orphan";
export const foregroundFinalizer = "foregroundDeletion";

const isGoing = ({ metadata }: Owned): boolean => metadata.deletionTimestamp !== undefined;
const holds = ({ metadata }: Owned, finalizer: string): boolean => metadata.finalizers?.includes(finalizer) ?? false;

/** It waits until what it owns is gone. */
export const deletesInForeground = (object: Owned): boolean => isGoing(object) && holds(object, foregroundFinalizer);
/** It waits until what it owns is free of it. */
export const orphansFirst = (object: Owned): boolean => isGoing(object) && holds(object, orphanFinalizer);

export const ownersOf = ({ metadata }: Owned): readonly OwnerReference[] => metadata.ownerReferences ?? [];

/** Of one owner: it is there, it is not, or it is going and waits for its dependents. */
export type OwnerState = "present" | "absent" | "waiting";

export type Verdict =
  | { readonly kind: "keep" }
  /** It has other owners: only these references go. */
  | { readonly kind: "unlink"; readonly uids: readonly string[] }
  | {
      readonly kind: "delete";
      readonly propagation: "Background" | "Foreground" | "Orphan";
      /** Its own dependents are waited for in turn; where one of them waits for it, somebody must give way. */
      readonly unblock: boolean;
    };

export function judge(
  object: Owned,
  stateOf: (owner: OwnerReference) => OwnerState,
  dependents: readonly Owned[],
): Verdict {
  const owners = ownersOf(object);
  if (owners.length === 0 || isGoing(object)) return { kind: "keep" };
  const going = owners.filter((owner) => stateOf(owner) !== "present");
  if (going.length === 0) return { kind: "keep" };
  if (going.length < owners.length) return { kind: "unlink", uids: going.map(({ uid }) => uid) };
  const isWaitedFor = owners.some((owner) => stateOf(owner) === "waiting");
  if (isWaitedFor && dependents.length > 0)
    return { kind: "delete", propagation: "Foreground", unblock: dependents.some(deletesInForeground) };
  const propagation = holds(object, orphanFinalizer)
    ? "Orphan"
    : holds(object, foregroundFinalizer)
      ? "Foreground"
      : "Background";
  return { kind: "delete", propagation, unblock: false };
}

/** Those that a foreground deletion of `owner` waits for. */
export const blocking = <O extends Owned>(owner: Owned, dependents: readonly O[]): readonly O[] =>
  dependents.filter((one) =>
    ownersOf(one).some(({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true),
  );

/** A strategic merge patch; the uid makes it fail where the object is another one by now. */
export const unlinkPatch = ({ metadata }: Owned, uids: readonly string[]): object => ({
  metadata: { uid: metadata.uid, ownerReferences: uids.map((uid) => ({ $patch: "delete", uid })) },
});

/** Nobody's deletion waits for the object any more. */
export const unblockPatch = (object: Owned): object => ({
  metadata: {
    uid: object.metadata.uid,
    ownerReferences: ownersOf(object).map(({ uid }) => ({ uid, blockOwnerDeletion: false })),
  },
});
