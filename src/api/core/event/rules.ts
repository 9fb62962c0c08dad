import { type FieldProblem, invalidField } from "#machinery/field-problem.ts";
import type { Event } from "./event.ts";

/** An event stands in the namespace of what it is about; what has none is told of in `default`. Source: legacyValidateEvent. */
export function* placeProblems({ metadata: { namespace }, involvedObject }: Event): Iterable<FieldProblem> {
  const of = involvedObject.namespace;
  const fits = of === undefined ? namespace === "default" || namespace === "kube-system" : of === namespace;
  if (!fits) yield invalidField("involvedObject.namespace", of ?? "", "does not match event.namespace");
}
