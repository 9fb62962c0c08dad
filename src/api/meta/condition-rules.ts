import {
  duplicateField,
  type FieldProblem,
  invalidField,
  requiredField,
  tooLongField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { conditionReasonTrouble, labelKeyTrouble } from "#machinery/rules/names.ts";
import type { Condition } from "./condition.ts";

// Source: ValidateConditions in k8s.io/apimachinery/pkg/apis/meta/v1/validation.

const longestReason = 1024;
const longestMessage = 32 * 1024;
const statuses = ["False", "True", "Unknown"];

export function* conditionProblems(path: string, conditions: readonly Condition[] = []): Iterable<FieldProblem> {
  for (const [i, condition] of conditions.entries()) {
    if (conditions.findIndex(({ type }) => type === condition.type) < i)
      yield duplicateField(`${path}[${i}].type`, condition.type);
    yield* oneConditionProblems(`${path}[${i}]`, condition);
  }
}

function* oneConditionProblems(path: string, condition: Condition): Iterable<FieldProblem> {
  const { type, status, observedGeneration = 0, lastTransitionTime, reason, message } = condition;
  for (const trouble of labelKeyTrouble(type)) yield invalidField(`${path}.type`, type, trouble);
  if (!statuses.includes(status)) yield unsupportedField(`${path}.status`, status, statuses);
  if (observedGeneration < 0)
    yield invalidField(`${path}.observedGeneration`, observedGeneration, "must be greater than or equal to zero");
  if (!lastTransitionTime) yield requiredField(`${path}.lastTransitionTime`, "must be set");
  if (reason === "") yield requiredField(`${path}.reason`, "must be set");
  else for (const trouble of conditionReasonTrouble(reason)) yield invalidField(`${path}.reason`, reason, trouble);
  if (reason.length > longestReason) yield tooLongField(`${path}.reason`, longestReason);
  if (message.length > longestMessage) yield tooLongField(`${path}.message`, longestMessage);
}
