import {
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { isSame } from "#machinery/rules/differences.ts";
import {
  accessModeProblems,
  classNameProblems,
  sizeProblems,
  volumeModeProblems,
} from "../persistent-volume-claim/rules.ts";
import { type PersistentVolumeSpec, sources } from "./spec.ts";

// Source: ValidatePersistentVolumeSpec in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;
interface Subject {
  readonly spec: PersistentVolumeSpec;
}

const reclaimPolicies: readonly string[] = ["Delete", "Recycle", "Retain"];

export function* volumeProblems({ spec }: Subject): Problems {
  yield* accessModeProblems("spec.accessModes", spec.accessModes);
  yield* capacityProblems(spec);
  if (!reclaimPolicies.includes(spec.persistentVolumeReclaimPolicy))
    yield unsupportedField("spec.persistentVolumeReclaimPolicy", spec.persistentVolumeReclaimPolicy, reclaimPolicies);
  yield* sourceProblems(spec);
  yield* classNameProblems("spec.storageClassName", spec.storageClassName);
  yield* volumeModeProblems("spec.volumeMode", spec.volumeMode);
}

function* capacityProblems({ capacity = {} }: PersistentVolumeSpec): Problems {
  if (capacity.storage === undefined || Object.keys(capacity).length > 1)
    yield unsupportedField("spec.capacity", capacity, ["storage"]);
  if (capacity.storage !== undefined) yield* sizeProblems("spec.capacity[storage]", capacity.storage);
}

const sourceNames = Object.keys(sources);
const sourcesOf = (spec: PersistentVolumeSpec): readonly (readonly [string, unknown])[] =>
  Object.entries(spec).filter(([name, value]) => sourceNames.includes(name) && value !== undefined);

function* sourceProblems(spec: PersistentVolumeSpec): Problems {
  const given = sourcesOf(spec);
  if (given.length === 0) yield requiredField("spec", "must specify a volume type");
  for (const [name] of given.slice(1)) yield forbiddenField(`spec.${name}`, "may not specify more than 1 volume type");
  if (spec.hostPath?.path === "/" && spec.persistentVolumeReclaimPolicy === "Recycle")
    yield forbiddenField("spec.persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'");
  if (spec.local !== undefined && spec.nodeAffinity?.required === undefined)
    yield requiredField("spec.nodeAffinity", "Local volume requires node affinity");
}

/** Where the storage lies can't change under those who use it. */
export function* keptSourceProblems({ spec: next }: Subject, { spec: old }: Subject): Problems {
  if (!isSame(sourcesOf(next), sourcesOf(old)))
    yield forbiddenField("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation");
  if (next.volumeMode !== old.volumeMode) yield invalidField("spec.volumeMode", next.volumeMode, "field is immutable");
  if (old.nodeAffinity !== undefined && !isSame(next.nodeAffinity, old.nodeAffinity))
    yield invalidField("spec.nodeAffinity", next.nodeAffinity, "field is immutable");
}
