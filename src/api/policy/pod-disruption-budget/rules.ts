import { type FieldProblem, invalidField } from "#machinery/field-problem.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { labelSelectorProblems } from "#machinery/rules/label-selector.ts";
import { negativeProblems } from "#machinery/rules/numbers.ts";
import { overfullProblems, shareProblems } from "#machinery/rules/shares.ts";
import { conditionProblems } from "../../meta/condition-rules.ts";
import type { PodDisruptionBudgetSpec, PodDisruptionBudgetStatus } from "./spec.ts";

// Source: ValidatePodDisruptionBudget in pkg/apis/policy/validation/validation.go.

interface Subject {
  readonly spec: PodDisruptionBudgetSpec;
  readonly status: PodDisruptionBudgetStatus;
}
type Problems = Iterable<FieldProblem>;

export function* budgetProblems({ spec }: Subject): Problems {
  const { minAvailable, maxUnavailable, selector } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined)
    yield invalidField("spec", spec, "minAvailable and maxUnavailable cannot be both set");
  for (const [field, share] of Object.entries({ minAvailable, maxUnavailable })) {
    if (share === undefined) continue;
    yield* shareProblems(`spec.${field}`, share);
    yield* overfullProblems(`spec.${field}`, share);
  }
  if (selector !== undefined) yield* labelSelectorProblems("spec.selector", selector);
}

const counts = ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"] as const;

/** Source: ValidatePodDisruptionBudgetStatusUpdate. */
export function* budgetStatusProblems({ status }: Subject, { status: old }: Subject): Problems {
  if (isSame(status, old)) return;
  yield* conditionProblems("status.conditions", status.conditions);
  for (const field of counts) yield* negativeProblems(`status.${field}`, status[field]);
}
