import { storageClassOf } from "#api/core/persistent-volume-claim/columns.ts";
import { type PersistentVolumeClaim, persistentVolumeClaims } from "#api/core/persistent-volume-claim.ts";
import { storageClasses } from "#api/storage/storage-class.ts";
import { compareQuantities, mustQuantity } from "#machinery/quantity.ts";
import type { Environment } from "../environment.ts";
import { isOf, parseStored } from "../object.ts";
import { keyOf } from "../objects.ts";
import type { AdmissionPlugin, Denial } from "./plugin.ts";

/** A claim grows only where those who make its volumes can make them grow. Source: plugin/pkg/admission/storage/persistentvolume/resize. */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: "PersistentVolumeClaimResize",
  at: ["/persistentvolumeclaims"],
  denial: (next, { old, call: { env } }) => {
    if (!isOf(persistentVolumeClaims, next) || !isOf(persistentVolumeClaims, old)) return undefined;
    if (compareQuantities(sizeOf(next), sizeOf(old)) <= 0) return undefined;
    if (old.status.phase !== "Bound") return "Only bound persistent volume claims can be expanded";
    return classDenial(next, env);
  },
};

const sizeOf = ({ spec }: PersistentVolumeClaim) => mustQuantity(spec.resources.requests?.storage ?? "0");

async function classDenial({ metadata, spec }: PersistentVolumeClaim, { store }: Environment): Promise<Denial> {
  const name = storageClassOf(metadata.annotations, spec.storageClassName);
  const entry = name === "" ? undefined : await store.get(keyOf(storageClasses, { namespace: "", name }));
  const found = entry && parseStored(entry.value);
  return isOf(storageClasses, found) && found.allowVolumeExpansion === true
    ? undefined
    : "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
}
