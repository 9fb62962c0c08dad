import type { FieldProblem } from "#machinery/field-problem.ts";
import { negativeProblems } from "#machinery/rules/numbers.ts";
import { defaulted, int32, object, optional, present, string } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export class ScaleSpec extends object("io.k8s.api.autoscaling.v1.ScaleSpec", {
  replicas: defaulted(1, int32(), 0),
}) {}

export class ScaleStatus extends object("io.k8s.api.autoscaling.v1.ScaleStatus", {
  replicas: present(1, int32()),
  selector: optional(2, string),
}) {}

export class Scale extends object("io.k8s.api.autoscaling.v1.Scale", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, ScaleSpec, {}),
  status: defaulted(3, ScaleStatus, {}),
}) {}

/** Source: ValidateScale in pkg/apis/autoscaling/validation. */
export const scaleProblems = ({ spec }: Scale): readonly FieldProblem[] =>
  negativeProblems("spec.replicas", spec.replicas);
