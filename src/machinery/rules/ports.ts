import { type FieldProblem, invalidField, requiredField, unsupportedField } from "../field-problem.ts";
import type { IntOrString } from "../schema.ts";
import { portNameTrouble } from "./names.ts";
import { rangeProblems } from "./numbers.ts";

export const portNumberProblems = (path: string, value: number): readonly FieldProblem[] =>
  rangeProblems(path, value, [1, 65_535]);

/** A port's number, or the name that a container gives it. */
export const portProblems = (path: string, value: IntOrString): readonly FieldProblem[] =>
  typeof value === "number"
    ? portNumberProblems(path, value)
    : portNameTrouble(value).map((detail) => invalidField(path, value, detail));

const protocols = ["TCP", "UDP", "SCTP"];
export const protocolProblems = (path: string, value: string): readonly FieldProblem[] => {
  if (value === "") return [requiredField(path)];
  return protocols.includes(value) ? [] : [unsupportedField(path, value, protocols)];
};
