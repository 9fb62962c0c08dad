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
  | "NotFound"
  | "TypeInvalid";
