import {
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { mustQuantity, wholeUnits } from "#machinery/quantity.ts";
import { labelSelectorProblems } from "#machinery/rules/label-selector.ts";
import { dnsLabelTrouble, dnsSubdomainTrouble } from "#machinery/rules/names.ts";
import type { TypedObjectReference } from "../references.ts";
import type { PersistentVolumeClaimSpec } from "./spec.ts";

// Source: ValidatePersistentVolumeClaimSpec and its neighbours in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;

const accessModes: readonly string[] = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];
const volumeModes: readonly string[] = ["Block", "Filesystem"];

export const claimProblems = ({ spec }: { readonly spec: PersistentVolumeClaimSpec }): Problems =>
  claimSpecProblems("spec", spec);

/** Of a claim, or of a template of claims at another path. */
function* claimSpecProblems(path: string, spec: PersistentVolumeClaimSpec): Problems {
  if (spec.accessModes === undefined) yield requiredField(`${path}.accessModes`, "at least 1 access mode is required");
  if (spec.selector !== undefined) yield* labelSelectorProblems(`${path}.selector`, spec.selector);
  yield* accessModeProblems(`${path}.accessModes`, spec.accessModes);
  const storage = spec.resources.requests?.storage;
  if (storage === undefined) yield requiredField(`${path}.resources[storage]`);
  else yield* sizeProblems(`${path}.resources[storage]`, storage);
  yield* classNameProblems(`${path}.storageClassName`, spec.storageClassName);
  yield* volumeModeProblems(`${path}.volumeMode`, spec.volumeMode);
  yield* sourceProblems(path, spec);
  yield* classNameProblems(`${path}.volumeAttributesClassName`, spec.volumeAttributesClassName);
}

export function* accessModeProblems(path: string, modes: readonly string[] = []): Problems {
  for (const mode of modes) if (!accessModes.includes(mode)) yield unsupportedField(path, mode, accessModes);
  if (
    modes.includes("ReadWriteOncePod") &&
    modes.some((one) => one !== "ReadWriteOncePod" && accessModes.includes(one))
  )
    yield forbiddenField(path, "may not use ReadWriteOncePod with other access modes");
}

export function* sizeProblems(path: string, size: string): Problems {
  const quantity = mustQuantity(size);
  if (quantity.nanos <= 0n) yield invalidField(path, size, "must be greater than zero");
}

/** The empty name says that there shall be none. */
export function* classNameProblems(path: string, name: string | undefined): Problems {
  if (name === undefined || name === "") return;
  for (const trouble of dnsSubdomainTrouble(name)) yield invalidField(path, name, trouble);
}

export function* volumeModeProblems(path: string, mode: string): Problems {
  if (!volumeModes.includes(mode)) yield unsupportedField(path, mode, volumeModes);
}

/** `dataSource` is the older form of `dataSourceRef`, and must say the same. */
function* sourceProblems(path: string, { dataSource, dataSourceRef }: PersistentVolumeClaimSpec): Problems {
  if (dataSource !== undefined) yield* referenceProblems(`${path}.dataSource`, dataSource);
  if (dataSourceRef !== undefined) yield* referenceProblems(`${path}.dataSourceRef`, dataSourceRef);
  if (dataSource === undefined || dataSourceRef === undefined) return;
  // Go has nothing to print of the path that stands there as the value
  const problem = (detail: string): FieldProblem => invalidField(path, {}, detail);
  if ((dataSourceRef.namespace ?? "") !== "")
    yield problem("may not be specified when dataSourceRef.namespace is specified");
  else if (
    dataSource.apiGroup !== dataSourceRef.apiGroup ||
    dataSource.kind !== dataSourceRef.kind ||
    dataSource.name !== dataSourceRef.name
  )
    yield problem("must match dataSourceRef");
}

function* referenceProblems(path: string, reference: TypedObjectReference): Problems {
  const { name, kind, apiGroup = "", namespace = "" } = reference;
  if (name === "") yield requiredField(`${path}.name`);
  if (kind === "") yield requiredField(`${path}.kind`);
  if (apiGroup === "" && kind !== "PersistentVolumeClaim")
    yield invalidField(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
  if (apiGroup !== "")
    for (const trouble of dnsSubdomainTrouble(apiGroup)) yield invalidField(`${path}.apiGroup`, apiGroup, trouble);
  if (namespace !== "")
    for (const trouble of dnsLabelTrouble(namespace)) yield invalidField(`${path}.namespace`, namespace, trouble);
}

/** Of what a controller says that it gave. Source: validateBasicResource in the same file. */
export function* basicAmountProblems(path: string, amounts: Readonly<Record<string, string>> = {}): Problems {
  for (const [name, amount] of Object.entries(amounts)) {
    const quantity = mustQuantity(amount);
    if (quantity.nanos < 0n)
      yield invalidField(`${path}[${name}]`, Number(wholeUnits(quantity)), "must be a valid resource quantity");
  }
}
