import type { ObjectMeta } from "../../meta/object-meta.ts";
import { oldLabelNotice } from "../node/labels.ts";
import { classAnnotationWarnings } from "../persistent-volume-claim/warnings.ts";
import type { PersistentVolumeSpec } from "./spec.ts";

// Source: pkg/api/persistentvolume/util.go.

interface Subject {
  readonly metadata: ObjectMeta;
  readonly spec: PersistentVolumeSpec;
}

const mountOptionsAnnotation = "volume.beta.kubernetes.io/mount-options";

/** By source: since when nobody should use it, and since when nobody can. */
const endedSources = [
  ["cephfs", "cephfs", "v1.28", "v1.31"],
  ["photonPersistentDisk", "photonPersistentDisk", "v1.11", "v1.16"],
  ["scaleIO", "scaleIO", "v1.16", "v1.22"],
  ["storageos", "storageOS", "v1.22", "v1.25"],
  ["glusterfs", "glusterfs", "v1.25", "v1.26"],
  ["rbd", "rbd", "v1.28", "v1.31"],
] as const;

export function* volumeWarnings({ metadata, spec }: Subject): Iterable<string> {
  yield* classAnnotationWarnings(metadata);
  if (Object.hasOwn(metadata.annotations ?? {}, mountOptionsAnnotation))
    yield `metadata.annotations[${mountOptionsAnnotation}]: deprecated since v1.31; use "mountOptions" attribute instead`;
  if (spec.persistentVolumeReclaimPolicy === "Recycle")
    yield "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.";
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  for (const [i, { matchExpressions = [] }] of terms.entries())
    for (const [j, { key }] of matchExpressions.entries()) {
      const notice = oldLabelNotice(key);
      const path = `spec.nodeAffinity.required.nodeSelectorTerms[${i}].matchExpressions[${j}].key`;
      if (notice !== undefined) yield `${path}: ${key} is ${notice}`;
    }
  for (const [field, shown, since, gone] of endedSources)
    if (spec[field] !== undefined) yield `spec.${shown}: deprecated in ${since}, non-functional in ${gone}+`;
}
