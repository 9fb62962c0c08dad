import { type FieldProblem, forbiddenField } from "#machinery/field-problem.ts";
import { podSpecProblems } from "./rules/spec.ts";
import { podUpdateProblems } from "./rules/update.ts";
import type { PodSpec } from "./spec.ts";

interface Subject {
  readonly spec: PodSpec;
}
type Problems = Iterable<FieldProblem>;

export const podRules: readonly ((pod: Subject) => Problems)[] = [
  ({ spec }) => podSpecProblems("spec", spec),
  gateProblems,
];

export const podUpdateRules: readonly ((next: Subject, old: Subject) => Problems)[] = [
  (next, old) => podUpdateProblems(next.spec, old.spec),
];

function* gateProblems({ spec: { nodeName, schedulingGates = [] } }: Subject): Problems {
  if (nodeName !== undefined && schedulingGates.length > 0)
    yield forbiddenField("spec.nodeName", "cannot be set until all schedulingGates have been cleared");
}
