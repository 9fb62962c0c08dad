import { list, object, optional, required, string } from "#machinery/schema.ts";
import { LabelSelector } from "../../meta/label-selector.ts";

export const rbacGroup = "rbac.authorization.k8s.io";

export class PolicyRule extends object("io.k8s.api.rbac.v1.PolicyRule", {
  verbs: required(1, list(string)),
  apiGroups: optional(2, list(string)),
  resources: optional(3, list(string)),
  resourceNames: optional(4, list(string)),
  nonResourceURLs: optional(5, list(string)),
}) {}

export class AggregationRule extends object("io.k8s.api.rbac.v1.AggregationRule", {
  clusterRoleSelectors: optional(1, list(LabelSelector)),
}) {}

export class RoleRef extends object(
  "io.k8s.api.rbac.v1.RoleRef",
  {
    apiGroup: optional(1, string),
    kind: required(2, string),
    name: required(3, string),
  },
  { atomic: true },
) {}

export class Subject extends object(
  "io.k8s.api.rbac.v1.Subject",
  {
    kind: required(1, string),
    apiGroup: optional(2, string),
    name: required(3, string),
    namespace: optional(4, string),
  },
  { atomic: true },
) {}
