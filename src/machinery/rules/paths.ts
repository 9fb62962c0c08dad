import { type FieldProblem, invalidField } from "../field-problem.ts";

const backsteps = (value: string): boolean => value.split("/").includes("..");

/** A path that may stand anywhere, but never climbs. */
export const climbingProblems = (path: string, value: string): readonly FieldProblem[] =>
  backsteps(value) ? [invalidField(path, value, "must not contain '..'")] : [];

/** A path below a volume. */
export const relativePathProblems = (path: string, value: string): readonly FieldProblem[] => [
  ...(value.startsWith("/") ? [invalidField(path, value, "must be a relative path")] : []),
  ...climbingProblems(path, value),
];
