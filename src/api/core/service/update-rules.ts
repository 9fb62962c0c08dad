import { type FieldProblem, forbiddenField, invalidField } from "#machinery/field-problem.ts";
import { isHeadless } from "./cluster-ip-rules.ts";
import type { ServiceSpec } from "./spec.ts";

// Source: ValidateServiceUpdate in pkg/apis/core/validation/validation.go.

interface Subject {
  readonly spec: ServiceSpec;
}
type Problems = Iterable<FieldProblem>;

const unchangeable = "may not change once set";

export const serviceUpdateRules: readonly ((next: Subject, old: Subject) => Problems)[] = [
  (next, old) => keptProblems(next.spec, old.spec, "clusterIPs"),
  (next, old) => keptProblems(next.spec, old.spec, "ipFamilies"),
  classProblems,
  healthPortProblems,
];

const singular = { clusterIPs: "clusterIP", ipFamilies: "ipFamily" };

/** A second address or family may come and go; the first stays as long as the Service has one. */
function* keptProblems(next: ServiceSpec, old: ServiceSpec, field: "clusterIPs" | "ipFamilies"): Problems {
  if (next.type === "ExternalName" || old.type === "ExternalName" || (isHeadless(next) && isHeadless(old))) return;
  const [now, before]: (readonly string[])[] = [next[field] ?? [], old[field] ?? []];
  if (now === undefined || before === undefined || before.length === 0) return;
  if (now.length === 0) yield invalidField(`spec.${field}[0]`, now, `primary ${singular[field]} can not be unset`);
  for (const [i, one] of now.entries())
    if (i < before.length && one !== before[i]) yield invalidField(`spec.${field}[${i}]`, now, unchangeable);
  if (now.length === 1 && before.length === 2 && next.ipFamilyPolicy !== "SingleStack")
    yield invalidField(
      "spec.ipFamilyPolicy",
      next.ipFamilyPolicy,
      `must be set to 'SingleStack' when releasing the secondary ${singular[field]}`,
    );
}

function* classProblems({ spec: next }: Subject, { spec: old }: Subject): Problems {
  if (next.type !== "LoadBalancer" || old.type !== "LoadBalancer") return;
  if (next.loadBalancerClass !== old.loadBalancerClass)
    yield invalidField("spec.loadBalancerClass", next.loadBalancerClass, unchangeable);
}

const hasHealthPort = ({ type, externalTrafficPolicy }: ServiceSpec): boolean =>
  type === "LoadBalancer" && externalTrafficPolicy === "Local";

function* healthPortProblems({ spec: next }: Subject, { spec: old }: Subject): Problems {
  if (hasHealthPort(next) && hasHealthPort(old) && next.healthCheckNodePort !== old.healthCheckNodePort)
    yield forbiddenField("spec.healthCheckNodePort", "field is immutable");
}
