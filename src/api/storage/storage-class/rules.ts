import {
  duplicateField,
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
  tooLongField,
} from "#machinery/field-problem.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { labelKeyTrouble } from "#machinery/rules/names.ts";
import { oldLabelNotice } from "../../core/node/labels.ts";
import type { TopologySelectorLabelRequirement, TopologySelectorTerm } from "./topology.ts";

// Source: pkg/apis/storage/validation/validation.go.

type Problems = Iterable<FieldProblem>;
interface Subject {
  readonly provisioner: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly reclaimPolicy: string;
  readonly volumeBindingMode: string;
  readonly allowedTopologies?: readonly TopologySelectorTerm[];
}

export function* storageClassProblems({ provisioner, parameters, allowedTopologies = [] }: Subject): Problems {
  yield* driverProblems("provisioner", provisioner);
  yield* parameterProblems(parameters);
  const terms = allowedTopologies.map(valuesByKey);
  for (const [i, { matchLabelExpressions = [] }] of allowedTopologies.entries()) {
    const path = `allowedTopologies[${i}].matchLabelExpressions`;
    const seen = new Set<string>();
    for (const [j, requirement] of matchLabelExpressions.entries()) {
      yield* requirementProblems(`${path}[${j}]`, requirement);
      if (seen.has(requirement.key)) yield duplicateField(`${path}[${j}].key`, requirement.key);
      seen.add(requirement.key);
    }
    if (terms.slice(0, i).some((one) => isSame(one, terms[i]))) yield duplicateField(path, "");
  }
}

/** By label, each value once and in one order, so that terms that mean the same look the same. */
const valuesByKey = ({
  matchLabelExpressions = [],
}: TopologySelectorTerm): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(matchLabelExpressions.map(({ key, values }) => [key, [...new Set(values)].toSorted()]));

function* requirementProblems(path: string, { key, values }: TopologySelectorLabelRequirement): Problems {
  if (values.length === 0) yield requiredField(`${path}.values`);
  const seen = new Set<string>();
  for (const [i, value] of values.entries()) {
    if (seen.has(value)) yield duplicateField(`${path}.values[${i}]`, value);
    seen.add(value);
  }
  for (const trouble of labelKeyTrouble(key)) yield invalidField(`${path}.key`, key, trouble);
}

export function* driverProblems(path: string, name: string): Problems {
  if (name === "") yield requiredField(path);
  else for (const trouble of labelKeyTrouble(name.toLowerCase())) yield invalidField(path, name.toLowerCase(), trouble);
}

const mostParameters = 512;
/** Keys and values together. */
const largestParameters = 256 * 1024;

export function* parameterProblems(parameters: Readonly<Record<string, string>> = {}): Problems {
  const entries = Object.entries(parameters);
  if (entries.length > mostParameters) {
    yield tooLongField("parameters", mostParameters);
    return;
  }
  if (Object.hasOwn(parameters, "")) yield invalidField("parameters", "", "field can not be empty.");
  const size = new TextEncoder().encode(entries.flat().join("")).length;
  if (size > largestParameters) yield tooLongField("parameters", largestParameters);
}

/** Volumes that were made by the class would not be what it says any more. */
export function* keptClassProblems(next: Subject, old: Subject): Problems {
  if (!isSame(next.parameters, old.parameters))
    yield forbiddenField("parameters", "updates to parameters are forbidden.");
  if (next.provisioner !== old.provisioner)
    yield forbiddenField("provisioner", "updates to provisioner are forbidden.");
  if (next.reclaimPolicy !== old.reclaimPolicy)
    yield forbiddenField("reclaimPolicy", "updates to reclaimPolicy are forbidden.");
  if (next.volumeBindingMode !== old.volumeBindingMode)
    yield invalidField("volumeBindingMode", next.volumeBindingMode, "field is immutable");
}

/** Source: pkg/api/storage/util.go. */
export function* storageClassWarnings({ allowedTopologies = [] }: Subject): Iterable<string> {
  for (const [i, { matchLabelExpressions = [] }] of allowedTopologies.entries())
    for (const [j, { key }] of matchLabelExpressions.entries()) {
      const notice = oldLabelNotice(key);
      if (notice !== undefined) yield `allowedTopologies[${i}].matchLabelExpressions[${j}].key: ${notice}`;
    }
}
