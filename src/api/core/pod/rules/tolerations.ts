import { type FieldProblem, forbiddenField, invalidField, unsupportedField } from "#machinery/field-problem.ts";
import { labelKeyTrouble, labelValueTrouble } from "#machinery/rules/names.ts";
import type { Toleration } from "../scheduling.ts";

// Source: ValidateTolerations and validateOnlyAddedTolerations in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;

const operators: readonly string[] = ["Equal", "Exists"];
const effects: readonly string[] = ["NoExecute", "NoSchedule", "PreferNoSchedule"];

export function* tolerationProblems(path: string, tolerations: readonly Toleration[] = []): Problems {
  for (const [i, one] of tolerations.entries()) yield* oneTolerationProblems(`${path}[${i}]`, one);
}

function* oneTolerationProblems(path: string, toleration: Toleration): Problems {
  const { key = "", operator = "", value = "", effect = "", tolerationSeconds } = toleration;
  if (key !== "") for (const trouble of labelKeyTrouble(key)) yield invalidField(`${path}.key`, key, trouble);
  else if (operator !== "Exists")
    yield invalidField(
      `${path}.operator`,
      operator,
      'operator must be Exists when `key` is empty, which means "match all values and all keys"',
    );
  if (tolerationSeconds !== undefined && effect !== "NoExecute")
    yield invalidField(`${path}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
  if (operator === "Exists") {
    if (value !== "")
      yield invalidField(`${path}.operator`, toleration, "value must be empty when `operator` is 'Exists'");
  } else if (operator === "" || operator === "Equal") {
    const troubles = labelValueTrouble(value);
    if (troubles.length > 0) yield invalidField(`${path}.operator`, value, troubles.join(";"));
  } else yield unsupportedField(`${path}.operator`, operator, operators);
  if (effect !== "" && !effects.includes(effect)) yield unsupportedField(`${path}.effect`, effect, effects);
}

/** A pod that stands may tolerate more, not less; the seconds of what it tolerates may change. */
export function* addedTolerationProblems(
  path: string,
  next: readonly Toleration[] = [],
  old: readonly Toleration[] = [],
): Problems {
  const bare = ({ tolerationSeconds: _, ...rest }: Toleration): string =>
    JSON.stringify(Object.entries(rest).toSorted());
  const kept = new Set(next.map(bare));
  if (old.some((one) => !kept.has(bare(one))))
    yield forbiddenField(path, "existing toleration can not be modified except its tolerationSeconds");
}
