import { type FieldProblem, forbiddenField, invalidField, requiredField } from "#machinery/field-problem.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { labelKeyTrouble } from "#machinery/rules/names.ts";
import type { TopologySelectorTerm } from "./topology.ts";

// Source: pkg/apis/storage/validation/validation.go.

type Problems = Iterable<FieldProblem>;
interface Subject {
  readonly provisioner: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly reclaimPolicy: string;
  readonly volumeBindingMode: string;
  readonly allowedTopologies?: readonly TopologySelectorTerm[];
}

export function* storageClassProblems({ provisioner, parameters = {}, allowedTopologies = [] }: Subject): Problems {
  if (provisioner === "") yield requiredField("provisioner", provisioner);
  else
    for (const trouble of labelKeyTrouble(provisioner.toLowerCase()))
      yield invalidField("provisioner", provisioner, trouble);
  if (Object.hasOwn(parameters, "")) yield invalidField("parameters", "", "field can not be empty.");
  for (const [i, { matchLabelExpressions = [] }] of allowedTopologies.entries())
    for (const [j, { key, values }] of matchLabelExpressions.entries()) {
      const path = `allowedTopologies[${i}].matchLabelExpressions[${j}]`;
      for (const trouble of labelKeyTrouble(key)) yield invalidField(`${path}.key`, key, trouble);
      if (values.length === 0) yield requiredField(`${path}.values`);
    }
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
