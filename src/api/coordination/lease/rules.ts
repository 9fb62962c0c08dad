import { type FieldProblem, invalidField } from "#machinery/field-problem.ts";
import type { LeaseSpec } from "./spec.ts";

interface Subject {
  readonly spec: LeaseSpec;
}

/** Source: ValidateLeaseSpec in pkg/apis/coordination/validation. */
export function* leaseProblems({
  spec: { leaseDurationSeconds: seconds, leaseTransitions },
}: Subject): Iterable<FieldProblem> {
  if (seconds !== undefined && seconds <= 0)
    yield invalidField("spec.leaseDurationSeconds", seconds, "must be greater than 0");
  if (leaseTransitions !== undefined && leaseTransitions < 0)
    yield invalidField("spec.leaseTransitions", leaseTransitions, "must be greater than or equal to 0");
}
