import type { FieldProblem } from "#machinery/field-problem.ts";
import { negativeProblems } from "#machinery/rules/numbers.ts";
import { deriveTemplate } from "../../core/pod/defaults.ts";
import { selectorProblems, templateProblems } from "../../core/pod/rules/template.ts";
import type { ReplicaSetSpec } from "./spec.ts";

// Source: ValidateReplicaSetSpec in pkg/apis/apps/validation/validation.go.

interface Subject {
  readonly spec: ReplicaSetSpec;
}

export const deriveReplicaSet = <R extends Subject>(replicaSet: R): R => ({
  ...replicaSet,
  spec: { ...replicaSet.spec, template: deriveTemplate(replicaSet.spec.template) },
});

export const replicaSetRules: readonly ((replicaSet: Subject) => Iterable<FieldProblem>)[] = [
  ({ spec }) => negativeProblems("spec.replicas", spec.replicas),
  ({ spec }) => negativeProblems("spec.minReadySeconds", spec.minReadySeconds),
  selectorProblems,
  templateProblems,
];
