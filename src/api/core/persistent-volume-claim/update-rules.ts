import { type FieldProblem, forbiddenField, invalidField, unsupportedField } from "#machinery/field-problem.ts";
import { compareQuantities, mustQuantity, type Quantity, zeroQuantity } from "#machinery/quantity.ts";
import { differences, isSame, showDifferences } from "#machinery/rules/differences.ts";
import { labelKeyTrouble } from "#machinery/rules/names.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import { storageClassAnnotation } from "./columns.ts";
import { basicAmountProblems } from "./rules.ts";
import type { PersistentVolumeClaimSpec, PersistentVolumeClaimStatus, VolumeResourceRequirements } from "./spec.ts";

// Source: ValidatePersistentVolumeClaimUpdate and ValidatePersistentVolumeClaimStatusUpdate in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;
interface Subject {
  readonly metadata: ObjectMeta;
  readonly spec: PersistentVolumeClaimSpec;
  readonly status: PersistentVolumeClaimStatus;
}

/** What was asked for stays. A volume comes once; a claim that has one may grow. */
export function* claimUpdateProblems(next: Subject, old: Subject): Problems {
  yield* annotationProblems(next, old);
  const changed = differences(withChangeables(next, old), old.spec, "spec");
  if (changed.length > 0)
    yield forbiddenField(
      "spec",
      `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${showDifferences(changed)}`,
    );
  yield* shrinkingProblems(next, old);
  if (next.spec.volumeMode !== old.spec.volumeMode)
    yield invalidField("volumeMode", next.spec.volumeMode, "field is immutable");
  yield* attributesClassProblems(next.spec, old.spec);
}

/** The class may come to be said in its field: where none was said, or as the annotation says it. */
function isClassFilledIn({ spec: next }: Subject, { metadata, spec: old }: Subject): boolean {
  const { storageClassName: name } = next;
  const said = metadata.annotations?.[storageClassAnnotation];
  return old.storageClassName === undefined && name !== undefined && (said === undefined || name === said);
}

function* annotationProblems(next: Subject, old: Subject): Problems {
  const [now, before] = [next, old].map(({ metadata }) => metadata.annotations?.[storageClassAnnotation]);
  const isMoved = before !== undefined && now === undefined && isClassFilledIn(next, old);
  if (now !== before && !isMoved)
    yield invalidField(`metadata.annotations.${storageClassAnnotation}`, now ?? "", "field is immutable");
}

/** The new spec with what may change as it was. */
function withChangeables(next: Subject, old: Subject): object {
  const { volumeName, storageClassName, volumeAttributesClassName: _, resources, ...rest } = next.spec;
  return {
    ...rest,
    resources: next.status.phase === "Bound" ? withSizeOf(old.spec.resources, resources) : resources,
    volumeName: old.spec.volumeName === undefined ? undefined : volumeName,
    storageClassName: isClassFilledIn(next, old) ? undefined : storageClassName,
    volumeAttributesClassName: old.spec.volumeAttributesClassName,
  };
}

function withSizeOf(old: VolumeResourceRequirements, next: VolumeResourceRequirements): object {
  return next.requests === undefined
    ? next
    : { ...next, requests: { ...next.requests, storage: old.requests?.storage } };
}

function* shrinkingProblems({ spec: next }: Subject, { spec: old, status }: Subject): Problems {
  const size = amountOf(next.resources.requests);
  if (compareQuantities(size, amountOf(old.resources.requests)) >= 0) return;
  if (compareQuantities(size, amountOf(status.capacity)) <= 0)
    yield forbiddenField("spec.resources.requests.storage", "field can not be less than status.capacity");
}
const amountOf = (amounts: Readonly<Record<string, string>> | undefined): Quantity =>
  amounts?.storage === undefined ? zeroQuantity : mustQuantity(amounts.storage);

function* attributesClassProblems(
  { volumeAttributesClassName: next }: PersistentVolumeClaimSpec,
  { volumeAttributesClassName: old }: PersistentVolumeClaimSpec,
): Problems {
  const path = "spec.volumeAttributesClassName";
  if (old === undefined || next === old) return;
  if (next === undefined) yield forbiddenField(path, "update from non-nil value to nil is forbidden");
  else if (next === "") yield forbiddenField(path, "update from non-nil value to an empty string is forbidden");
}

const resizing: readonly string[] = [
  "ControllerResizeInProgress",
  "ControllerResizeInfeasible",
  "NodeResizePending",
  "NodeResizeInProgress",
  "NodeResizeInfeasible",
];

export function* claimStatusProblems({ status }: Subject, { status: old }: Subject): Problems {
  if (isSame(status, old)) return;
  yield* basicAmountProblems("status.capacity", status.capacity);
  const path = "status.allocatedResourceStatus";
  for (const [name, word] of Object.entries(status.allocatedResourceStatuses ?? {})) {
    yield* resourceProblems(path, name);
    if (!resizing.includes(word)) yield unsupportedField(path, name, resizing);
  }
  for (const name of Object.keys(status.allocatedResources ?? {}))
    yield* resourceProblems("status.allocatedResources", name);
  yield* basicAmountProblems("status.allocatedResources", status.allocatedResources);
}

/** Of Kubernetes' own resources only the size can be asked for. */
function* resourceProblems(path: string, name: string): Problems {
  for (const trouble of labelKeyTrouble(name)) yield invalidField(path, name, trouble);
  const isNative = !name.includes("/") || name.includes("kubernetes.io/");
  if (isNative && name !== "storage") yield unsupportedField(path, name, ["storage"]);
}
