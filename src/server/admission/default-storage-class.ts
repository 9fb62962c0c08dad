import { storageClassAnnotation } from "#api/core/persistent-volume-claim/columns.ts";
import { persistentVolumeClaims } from "#api/core/persistent-volume-claim.ts";
import { defaultStorageClass as chosen } from "#api/storage/storage-class/default-class.ts";
import { storageClasses } from "#api/storage/storage-class.ts";
import { isOf, named } from "../object.ts";
import { everyOf } from "../objects.ts";
import type { AdmissionPlugin } from "./plugin.ts";

/** A claim that says nothing of a class gets the cluster's own. */
export const defaultStorageClass: AdmissionPlugin = {
  name: "DefaultStorageClass",
  at: ["/persistentvolumeclaims"],
  mutate: async (next, { operation, call: { env } }) => {
    if (operation !== "create" || !isOf(persistentVolumeClaims, next)) return next;
    const own = next.spec.storageClassName ?? next.metadata.annotations?.[storageClassAnnotation];
    if (own !== undefined) return next;
    const storageClassName = chosen(await everyOf(env.store, storageClasses));
    return storageClassName === undefined
      ? next
      : named(persistentVolumeClaims, { ...next, spec: { ...next.spec, storageClassName } });
  },
};
