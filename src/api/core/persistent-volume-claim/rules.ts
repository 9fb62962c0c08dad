import {
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { compareQuantities, mustQuantity } from "#machinery/quantity.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { labelSelectorProblems } from "#machinery/rules/label-selector.ts";
import { dnsSubdomainTrouble } from "#machinery/rules/names.ts";
import type { PersistentVolumeClaimSpec, PersistentVolumeClaimStatus } from "./spec.ts";

// Source: ValidatePersistentVolumeClaimSpec and its neighbours in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;
interface Subject {
  readonly spec: PersistentVolumeClaimSpec;
  readonly status: PersistentVolumeClaimStatus;
}

const accessModes: readonly string[] = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];
const volumeModes: readonly string[] = ["Block", "Filesystem"];

export const claimProblems = ({ spec }: Subject): Problems => claimSpecProblems("spec", spec);

/** Of a claim, or of a template of claims at another path. */
export function* claimSpecProblems(path: string, spec: PersistentVolumeClaimSpec): Problems {
  yield* accessModeProblems(`${path}.accessModes`, spec.accessModes);
  if (spec.selector !== undefined) yield* labelSelectorProblems(`${path}.selector`, spec.selector);
  const storage = spec.resources.requests?.storage;
  if (storage === undefined) yield requiredField(`${path}.resources[storage]`);
  else yield* sizeProblems(`${path}.resources[storage]`, storage);
  yield* classNameProblems(`${path}.storageClassName`, spec.storageClassName);
  yield* volumeModeProblems(`${path}.volumeMode`, spec.volumeMode);
  if (spec.volumeAttributesClassName !== undefined)
    yield* classNameProblems(`${path}.volumeAttributesClassName`, spec.volumeAttributesClassName);
}

export function* accessModeProblems(path: string, modes: readonly string[] = []): Problems {
  if (modes.length === 0) yield requiredField(path, "at least 1 access mode is required");
  for (const mode of modes) if (!accessModes.includes(mode)) yield unsupportedField(path, mode, accessModes);
  if (modes.includes("ReadWriteOncePod") && modes.length > 1)
    yield forbiddenField(path, "may not use ReadWriteOncePod with other access modes");
}

export function* sizeProblems(path: string, size: string): Problems {
  if (mustQuantity(size).nanos <= 0n) yield invalidField(path, size, "must be greater than zero");
}

export function* classNameProblems(path: string, name: string | undefined): Problems {
  if (name === undefined || name === "") return;
  for (const trouble of dnsSubdomainTrouble(name)) yield invalidField(path, name, trouble);
}

export function* volumeModeProblems(path: string, mode: string): Problems {
  if (!volumeModes.includes(mode)) yield unsupportedField(path, mode, volumeModes);
}

/** A claim that is bound may grow, and nothing else. */
export function* claimUpdateProblems({ spec: next }: Subject, { spec: old, status }: Subject): Problems {
  const size = next.resources.requests?.storage;
  const before = old.resources.requests?.storage;
  const { resources: _, volumeName, volumeAttributesClassName: __, ...rest } = next;
  const { resources: ___, volumeName: oldVolume, volumeAttributesClassName: ____, ...oldRest } = old;
  const isBinding = oldVolume === undefined && volumeName !== undefined;
  if (!isSame(rest, oldRest) || !(isBinding || volumeName === oldVolume))
    yield forbiddenField(
      "spec",
      "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
    );
  if (size === undefined || before === undefined) return;
  const change = compareQuantities(mustQuantity(size), mustQuantity(before));
  if (change < 0) yield forbiddenField("spec.resources.requests.storage", "field can not be less than status.capacity");
  if (change > 0 && status.phase !== "Bound")
    yield forbiddenField(
      "spec",
      "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
    );
}
