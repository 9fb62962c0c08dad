import { type FieldProblem, forbiddenField, invalidField, requiredField } from "../field-problem.ts";
import type { SelectorObject } from "../selectors.ts";
import { labelProblems } from "./metadata.ts";
import { labelKeyTrouble, labelValueTrouble } from "./names.ts";

// Source: ValidateLabelSelector in k8s.io/apimachinery/pkg/apis/meta/v1/validation.

export function* labelSelectorProblems(path: string, selector: SelectorObject): Iterable<FieldProblem> {
  const { matchLabels, matchExpressions = [] } = selector;
  yield* labelProblems(matchLabels, `${path}.matchLabels`);
  for (const [i, { key, operator, values = [] }] of matchExpressions.entries()) {
    const at = `${path}.matchExpressions[${i}]`;
    if (operator === "In" || operator === "NotIn") {
      if (values.length === 0)
        yield requiredField(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (operator === "Exists" || operator === "DoesNotExist") {
      if (values.length > 0)
        yield forbiddenField(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else yield invalidField(`${at}.operator`, operator, "not a valid selector operator");
    for (const trouble of labelKeyTrouble(key)) yield invalidField(`${at}.key`, key, trouble);
    for (const [j, value] of values.entries())
      for (const trouble of labelValueTrouble(value)) yield invalidField(`${at}.values[${j}]`, value, trouble);
  }
}
