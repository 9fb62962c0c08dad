import { type FieldProblem, invalidField } from "../field-problem.ts";

export const notNegative = "must be greater than or equal to 0";

export const negativeProblems = (path: string, value: number | undefined): readonly FieldProblem[] =>
  value !== undefined && value < 0 ? [invalidField(path, value, notNegative)] : [];

export const rangeProblems = (
  path: string,
  value: number | undefined,
  [first, last]: readonly [first: number, last: number],
): readonly FieldProblem[] =>
  value === undefined || (value >= first && value <= last)
    ? []
    : [invalidField(path, value, `must be between ${first} and ${last}, inclusive`)];
