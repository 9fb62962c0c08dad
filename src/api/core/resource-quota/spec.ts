import { list, map, object, optional, quantity, required, string } from "#machinery/schema.ts";

export const quotaScopes = [
  "BestEffort",
  "CrossNamespacePodAffinity",
  "NotBestEffort",
  "NotTerminating",
  "PriorityClass",
  "Terminating",
  "VolumeAttributesClass",
] as const;

export class ScopedResourceSelectorRequirement extends object("io.k8s.api.core.v1.ScopedResourceSelectorRequirement", {
  scopeName: required(1, string),
  operator: required(2, string),
  values: optional(3, list(string)),
}) {}

export class ScopeSelector extends object(
  "io.k8s.api.core.v1.ScopeSelector",
  {
    matchExpressions: optional(1, list(ScopedResourceSelectorRequirement)),
  },
  { atomic: true },
) {}

export class ResourceQuotaSpec extends object("io.k8s.api.core.v1.ResourceQuotaSpec", {
  hard: optional(1, map(quantity)),
  scopes: optional(2, list(string)),
  scopeSelector: optional(3, ScopeSelector),
}) {}

export class ResourceQuotaStatus extends object("io.k8s.api.core.v1.ResourceQuotaStatus", {
  hard: optional(1, map(quantity)),
  used: optional(2, map(quantity)),
}) {}
