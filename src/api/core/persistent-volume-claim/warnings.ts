import { mustQuantity, wholeUnits } from "#machinery/quantity.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import { storageClassAnnotation } from "./columns.ts";
import type { PersistentVolumeClaimSpec } from "./spec.ts";

// Source: pkg/api/persistentvolumeclaim/util.go.

interface Subject {
  readonly metadata: ObjectMeta;
  readonly spec: PersistentVolumeClaimSpec;
}

export function* claimWarnings({ metadata, spec }: Subject): Iterable<string> {
  yield* classAnnotationWarnings(metadata);
  yield* claimSpecWarnings("spec", spec);
}

/** Of volumes and claims alike. */
export function* classAnnotationWarnings({ annotations = {} }: ObjectMeta): Iterable<string> {
  if (Object.hasOwn(annotations, storageClassAnnotation))
    yield `metadata.annotations[${storageClassAnnotation}]: deprecated since v1.8; use "storageClassName" attribute instead`;
}

/** Of a claim, or of a template of claims at another path. */
function* claimSpecWarnings(path: string, { resources }: PersistentVolumeClaimSpec): Iterable<string> {
  for (const which of ["requests", "limits"] as const) {
    const size = resources[which]?.storage;
    if (size !== undefined && !isWhole(size))
      yield `${path}.resources.${which}[storage]: fractional byte value ${JSON.stringify(size)} is invalid, must be an integer`;
  }
}

function isWhole(size: string): boolean {
  const quantity = mustQuantity(size);
  return quantity.nanos === wholeUnits(quantity) * 10n ** 9n;
}
