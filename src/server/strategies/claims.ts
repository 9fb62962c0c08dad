import { storageClassAnnotation } from "#api/core/persistent-volume-claim/columns.ts";
import { persistentVolumeClaims } from "#api/core/persistent-volume-claim.ts";
import { defaultStorageClass } from "#api/storage/storage-class/default-class.ts";
import { storageClasses } from "#api/storage/storage-class.ts";
import { isOf, named } from "../object.ts";
import { everyOf } from "../objects.ts";
import { plain, type Strategy } from "./strategy.ts";

/** A claim that says nothing of a class gets the cluster's own. Source: the admission plugin DefaultStorageClass. */
export const claimStrategy: Strategy = {
  ...plain,
  completeCreate: async (object, store) => {
    if (!isOf(persistentVolumeClaims, object) || object.spec.storageClassName !== undefined) return object;
    if (object.metadata.annotations?.[storageClassAnnotation] !== undefined) return object;
    const storageClassName = defaultStorageClass(await everyOf(store, storageClasses));
    return storageClassName === undefined
      ? object
      : named(persistentVolumeClaims, { ...object, spec: { ...object.spec, storageClassName } });
  },
};
