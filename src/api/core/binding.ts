import { type FieldProblem, requiredField, unsupportedField } from "#machinery/field-problem.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { ObjectReference } from "./references.ts";

export class Binding extends object("io.k8s.api.core.v1.Binding", {
  metadata: defaulted(1, ObjectMeta, {}),
  target: required(2, ObjectReference),
}) {}

/** Source: ValidatePodBinding in pkg/apis/core/validation/validation.go. */
export function* bindingProblems({ target: { kind, name } }: Binding): Iterable<FieldProblem> {
  if (kind !== undefined && kind !== "Node") yield unsupportedField("target.kind", kind, ["<empty>", "Node"]);
  if (name === undefined) yield requiredField("target.name");
}
