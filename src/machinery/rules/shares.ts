import { type FieldProblem, invalidField } from "../field-problem.ts";
import type { IntOrString } from "../schema.ts";
import { percentTrouble } from "./names.ts";
import { negativeProblems } from "./numbers.ts";

/** A number, or a share in percent. Source: ValidatePositiveIntOrPercent in pkg/apis/apps/validation. */
export function* shareProblems(path: string, share: IntOrString): Iterable<FieldProblem> {
  if (typeof share === "number") yield* negativeProblems(path, share);
  else for (const trouble of percentTrouble(share)) yield invalidField(path, share, trouble);
}

/** Source: IsNotMoreThan100Percent there. */
export function* overfullProblems(path: string, share: IntOrString): Iterable<FieldProblem> {
  if (typeof share === "string" && Number.parseInt(share, 10) > 100)
    yield invalidField(path, share, "must not be greater than 100%");
}

/** Source: getIntOrPercentValue there. */
export const isNoShare = (share: IntOrString): boolean => share === 0 || share === "0%";
