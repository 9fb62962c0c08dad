/**
 * One thing wrong with an object that a user sent: a value, never thrown.
 * Source: field.Error in k8s.io/apimachinery; `path` as in `spec.ports[0].nodePort`.
 */
export interface FieldProblem {
  readonly path: string;
  readonly kind: ProblemKind;
  /** The offending value as it is; left out of the message for Required and Forbidden. */
  readonly value: unknown;
  readonly detail: string;
}
export type ProblemKind =
  | "Required"
  | "Invalid"
  | "NotSupported"
  | "Duplicate"
  | "Forbidden"
  | "TooLong"
  | "TooMany"
  | "NotFound";

export const requiredField = (path: string, detail = ""): FieldProblem => ({
  path,
  kind: "Required",
  value: "",
  detail,
});
export const invalidField = (path: string, value: unknown, detail: string): FieldProblem => ({
  path,
  kind: "Invalid",
  value,
  detail,
});
/** Stands for a value that the message leaves out. Source: field.OmitValueType. */
const unshown = Symbol("unshown");
/** Where a whole object is wrong, and not one value of it. */
export const invalidWhole = (path: string, detail: string): FieldProblem => invalidField(path, unshown, detail);
export const forbiddenField = (path: string, detail: string): FieldProblem => ({
  path,
  kind: "Forbidden",
  value: "",
  detail,
});
export const duplicateField = (path: string, value: unknown): FieldProblem => ({
  path,
  kind: "Duplicate",
  value,
  detail: "",
});
export const notFoundField = (path: string, value: unknown): FieldProblem => ({
  path,
  kind: "NotFound",
  value,
  detail: "",
});
/** The supported values are named in alphabetical order, as Kubernetes does. */
export const unsupportedField = (path: string, value: unknown, supported: readonly string[]): FieldProblem => ({
  path,
  kind: "NotSupported",
  value,
  detail:
    supported.length === 0
      ? ""
      : `supported values: ${supported
          .toSorted()
          .map((one) => JSON.stringify(one))
          .join(", ")}`,
});
export const tooLongField = (path: string, maximum: number): FieldProblem => ({
  path,
  kind: "TooLong",
  value: "",
  detail: `may not be more than ${maximum} bytes`,
});
export const tooManyField = (path: string, actual: number, maximum: number): FieldProblem => ({
  path,
  kind: "TooMany",
  value: actual,
  detail: maximum === 1 ? "must have at most 1 item" : `must have at most ${maximum} items`,
});

/** How each kind of problem begins, and the reason that a Status names for it. Source: field.ErrorType. */
const words: Readonly<Record<ProblemKind, readonly [beginning: string, reason: string]>> = {
  Required: ["Required value", "FieldValueRequired"],
  Invalid: ["Invalid value", "FieldValueInvalid"],
  NotSupported: ["Unsupported value", "FieldValueNotSupported"],
  Duplicate: ["Duplicate value", "FieldValueDuplicate"],
  Forbidden: ["Forbidden", "FieldValueForbidden"],
  TooLong: ["Too long", "FieldValueTooLong"],
  TooMany: ["Too many", "FieldValueTooMany"],
  NotFound: ["Not found", "FieldValueNotFound"],
};

const valueless: ReadonlySet<ProblemKind> = new Set<ProblemKind>(["Required", "Forbidden", "TooLong"]);

/** `Invalid value: 0: must be between 1 and 65535, inclusive`: the message without the path. */
export function bodyOf({ kind, value, detail }: FieldProblem): string {
  const [beginning] = words[kind];
  const shown = valueless.has(kind) || value === unshown ? beginning : `${beginning}: ${show(value)}`;
  return detail === "" ? shown : `${shown}: ${detail}`;
}
/** `spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive`. */
export const messageOf = (problem: FieldProblem): string => `${problem.path}: ${bodyOf(problem)}`;
export const reasonOf = ({ kind }: FieldProblem): string => words[kind][1];

/** Go prints text and objects as JSON, numbers and booleans bare. */
const show = (value: unknown): string => (value === undefined ? "null" : JSON.stringify(value));
