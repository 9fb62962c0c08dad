import { type FieldProblem, forbiddenField, requiredField, unsupportedField } from "#machinery/field-problem.ts";
import {
  accessModeProblems,
  basicAmountProblems,
  classNameProblems,
  sizeProblems,
  volumeModeProblems,
} from "../persistent-volume-claim/rules.ts";
import { nodeSelectorProblems } from "../pod/rules/affinity.ts";
import { volumeSourceProblems } from "./source-rules.ts";
import type { PersistentVolumeSpec } from "./spec.ts";

// Source: ValidatePersistentVolumeSpec in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;

const reclaimPolicies: readonly string[] = ["Delete", "Recycle", "Retain"];

export function* volumeProblems({ spec }: { readonly spec: PersistentVolumeSpec }): Problems {
  if (spec.accessModes === undefined) yield requiredField("spec.accessModes");
  yield* accessModeProblems("spec.accessModes", spec.accessModes);
  yield* capacityProblems(spec);
  if (!reclaimPolicies.includes(spec.persistentVolumeReclaimPolicy))
    yield unsupportedField("spec.persistentVolumeReclaimPolicy", spec.persistentVolumeReclaimPolicy, reclaimPolicies);
  yield* affinityProblems(spec);
  yield* volumeSourceProblems("spec", spec);
  yield* recyclingProblems(spec);
  yield* classNameProblems("spec.storageClassName", spec.storageClassName);
  yield* volumeModeProblems("spec.volumeMode", spec.volumeMode);
  yield* attributesClassProblems(spec);
}

function* capacityProblems({ capacity = {} }: PersistentVolumeSpec): Problems {
  const path = "spec.capacity";
  const names = Object.keys(capacity);
  if (names.length === 0) yield requiredField(path);
  if (capacity.storage === undefined || names.length > 1) yield unsupportedField(path, capacity, ["storage"]);
  yield* basicAmountProblems(path, capacity);
  for (const [name, amount] of Object.entries(capacity)) yield* sizeProblems(`${path}[${name}]`, amount);
}

function* affinityProblems({ nodeAffinity, local }: PersistentVolumeSpec): Problems {
  const path = "spec.nodeAffinity";
  if (nodeAffinity === undefined) {
    if (local !== undefined) yield requiredField(path, "Local volume requires node affinity");
  } else if (nodeAffinity.required === undefined)
    yield requiredField(`${path}.required`, "must specify required node constraints");
  else yield* nodeSelectorProblems(`${path}.required`, nodeAffinity.required);
}

/** Who recycles a volume empties it, and that would be the node. */
function* recyclingProblems({ hostPath, persistentVolumeReclaimPolicy: policy }: PersistentVolumeSpec): Problems {
  if (hostPath !== undefined && isRoot(hostPath.path) && policy === "Recycle")
    yield forbiddenField("spec.persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'");
}
/** `/`, and what comes to the same: `//`, `/./`. */
const isRoot = (path: string): boolean => path.startsWith("/") && path.split("/").every((one) => /^\.{0,2}$/.test(one));

function* attributesClassProblems({ volumeAttributesClassName: name, csi }: PersistentVolumeSpec): Problems {
  if (name === undefined) return;
  if (name === "") yield requiredField("spec.volumeAttributesClassName", "an empty string is disallowed");
  yield* classNameProblems("spec.volumeAttributesClassName", name);
  if (csi === undefined) yield requiredField("spec.csi", "has to be specified when using volumeAttributesClassName");
}
