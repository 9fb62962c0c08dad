import { type FieldProblem, invalidField, requiredField } from "#machinery/field-problem.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { dnsSubdomainTrouble, pathSegmentTrouble } from "#machinery/rules/names.ts";
import { segmentProblems } from "../ingress/backend-rules.ts";
import type { IPAddressSpec } from "./spec.ts";

// Source: validateIPAddressParentReference in pkg/apis/networking/validation/validation.go.

interface Subject {
  readonly spec: IPAddressSpec;
}
type Problems = Iterable<FieldProblem>;

const path = "spec.parentRef";

export function* ipAddressProblems({ spec: { parentRef } }: Subject): Problems {
  const { group, resource, name, namespace } = parentRef;
  if (isSame(parentRef, { resource: "", name: "" })) {
    yield requiredField(path); // what is absent there, and not only empty
    return;
  }
  if (group !== undefined)
    for (const trouble of dnsSubdomainTrouble(group)) yield invalidField(`${path}.group`, group, trouble);
  yield* segmentProblems(`${path}.resource`, resource);
  yield* segmentProblems(`${path}.name`, name);
  if (namespace !== undefined)
    for (const trouble of pathSegmentTrouble(namespace)) yield invalidField(`${path}.namespace`, namespace, trouble);
}

/** An address belongs to whom it was given to, until it is given back. */
export function* keptParentProblems({ spec: next }: Subject, { spec: old }: Subject): Problems {
  if (!isSame(next.parentRef, old.parentRef)) yield invalidField(path, next.parentRef, "field is immutable");
}
