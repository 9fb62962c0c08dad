import { duplicateField, type FieldProblem, invalidField, requiredField } from "#machinery/field-problem.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { labelKeyTrouble } from "#machinery/rules/names.ts";
import { negativeProblems } from "#machinery/rules/numbers.ts";
import { driverNameProblems } from "../../core/persistent-volume/source-rules.ts";
import type { CSINodeDriver, CSINodeSpec } from "./spec.ts";

// Source: validateCSINodeDriver and ValidateCSINodeUpdate in pkg/apis/storage/validation/validation.go.

type Problems = Iterable<FieldProblem>;
interface Subject {
  readonly spec: CSINodeSpec;
}

const longestNodeID = 256;

export function* csiNodeProblems({ spec: { drivers } }: Subject): Problems {
  const names = new Set<string>();
  for (const [i, driver] of drivers.entries()) {
    const path = `spec.drivers[${i}]`;
    const { name, nodeID, allocatable } = driver;
    yield* driverNameProblems(`${path}.name`, name);
    if (nodeID === "") yield requiredField(`${path}.nodeID`);
    if (nodeID.length > longestNodeID)
      yield invalidField(`${path}.nodeID`, nodeID, `must be ${longestNodeID} characters or less`);
    yield* negativeProblems(`${path}.allocatable.count`, allocatable?.count);
    if (names.has(name)) yield duplicateField(`${path}.name`, name);
    names.add(name);
    yield* topologyProblems(path, driver);
  }
}

function* topologyProblems(path: string, { topologyKeys }: CSINodeDriver): Problems {
  for (const [i, key] of topologyKeys.entries()) {
    if (key === "") yield requiredField(path);
    if (topologyKeys.indexOf(key) < i) yield duplicateField(path, key);
    for (const trouble of labelKeyTrouble(key)) yield invalidField(path, key, trouble);
  }
}

/** What a driver of the node said once stays, except for how many volumes it can have. */
export function* keptDriversProblems({ spec: next }: Subject, { spec: old }: Subject): Problems {
  for (const before of old.drivers)
    for (const now of next.drivers)
      if (now.name === before.name && !isSame(fixed(now), fixed(before)))
        yield invalidField("spec.drivers", fixed(now), "field is immutable");
}

const fixed = ({ allocatable: _, ...driver }: CSINodeDriver): object => driver;
