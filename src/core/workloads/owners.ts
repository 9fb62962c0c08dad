import type { ObjectMeta, OwnerReference } from "#api/meta/object-meta.ts";
import { apiVersionOf } from "#machinery/kind.ts";
import { type LabelSelector, matchesLabels } from "#machinery/selectors.ts";

/** Anything that can own or be owned. */
export interface Owned {
  readonly metadata: ObjectMeta;
}

/** The one owner that acts on the object, if any. */
export const controllerOf = ({ metadata }: Owned): OwnerReference | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller === true);

export const isControlledBy = (object: Owned, owner: Owned): boolean =>
  controllerOf(object)?.uid === owner.metadata.uid;

/** The reference that a controller leaves on what it makes: deleting the owner in the foreground waits for the object. */
export const controllerReference = (
  kind: { readonly group: string; readonly version: string; readonly kind: string },
  { metadata }: Owned,
): OwnerReference => ({
  apiVersion: apiVersionOf(kind),
  kind: kind.kind,
  name: metadata.name,
  uid: metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
});

/** What a controller may call its own, and what has to change so that the objects say so. */
export interface Claim<O> {
  readonly owned: readonly O[];
  /** Orphans that the selector chooses. */
  readonly adopt: readonly O[];
  /** Its own that the selector no longer chooses. */
  readonly release: readonly O[];
}

/**
 * An object belongs to the controller that its reference names, never to one that merely selects it; an orphan goes to who selects
 * it. An owner that is being deleted takes and lets go of nothing. Source: ControllerRefManager in k8s.io/kubernetes/pkg/controller.
 */
export function claim<O extends Owned>(owner: Owned, selector: LabelSelector, candidates: readonly O[]): Claim<O> {
  const going = owner.metadata.deletionTimestamp !== undefined;
  const owned: O[] = [];
  const adopt: O[] = [];
  const release: O[] = [];
  for (const object of candidates) {
    const chosen = matchesLabels(selector, object.metadata.labels);
    const controller = controllerOf(object);
    if (controller?.uid === owner.metadata.uid) {
      if (chosen) owned.push(object);
      else if (!going) release.push(object);
    } else if (controller === undefined && chosen && !going && object.metadata.deletionTimestamp === undefined)
      adopt.push(object);
  }
  return { owned, adopt, release };
}

/** Strategic merge patches; the uid makes them fail where the object is another one by now. */
export const adoptionPatch = (reference: OwnerReference, { metadata }: Owned): object => ({
  metadata: { uid: metadata.uid, ownerReferences: [reference] },
});
export const releasePatch = (owner: Owned, { metadata }: Owned): object => ({
  metadata: { uid: metadata.uid, ownerReferences: [{ $patch: "delete", uid: owner.metadata.uid }] },
});
