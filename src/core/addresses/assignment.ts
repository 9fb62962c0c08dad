import type { Service } from "#api/core/service.ts";
import type { FieldProblem } from "#machinery/field-problem.ts";

/** What becomes of a Service that asks for addresses and ports. */
export type Assignment =
  | { readonly kind: "assigned"; readonly service: Service }
  /** What it asks for by name can't be had: the user's to change. */
  | { readonly kind: "refused"; readonly problems: readonly FieldProblem[] }
  /** Nothing is left to give out: the cluster's to change. */
  | { readonly kind: "exhausted"; readonly message: string };
