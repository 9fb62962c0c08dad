import { qosClassOf } from "#api/core/pod/qos.ts";
import type { PodAffinityTerm } from "#api/core/pod/scheduling.ts";
import type { Pod } from "#api/core/pod.ts";
import type { ScopedResourceSelectorRequirement } from "#api/core/resource-quota/spec.ts";
import type { ResourceQuota } from "#api/core/resource-quota.ts";
import type { Counted } from "./quota-usage.ts";

/** Whether a quota is about such an object; one without scopes is about all. Source: generic.Matches and podMatchesScopeFunc. */
export function isInScope({ spec }: ResourceQuota, counted: Counted): boolean {
  const requirements = [
    ...(spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: "Exists" })),
    ...(spec.scopeSelector?.matchExpressions ?? []),
  ];
  return requirements.every((requirement) => fits(requirement, counted));
}

function fits(requirement: ScopedResourceSelectorRequirement, counted: Counted): boolean {
  switch (counted.kind) {
    case "pod":
      return fitsPod(requirement, counted.pod);
    case "claim":
      return (
        requirement.scopeName === "VolumeAttributesClass" &&
        fitsName(requirement, counted.claim.spec.volumeAttributesClassName ?? "")
      );
    default:
      return false;
  }
}

function fitsPod(requirement: ScopedResourceSelectorRequirement, { spec }: Pod): boolean {
  switch (requirement.scopeName) {
    case "Terminating":
      return spec.activeDeadlineSeconds !== undefined;
    case "NotTerminating":
      return spec.activeDeadlineSeconds === undefined;
    case "BestEffort":
      return qosClassOf(spec) === "BestEffort";
    case "NotBestEffort":
      return qosClassOf(spec) !== "BestEffort";
    case "PriorityClass":
      return fitsName(requirement, spec.priorityClassName ?? "");
    case "CrossNamespacePodAffinity":
      return affinityTerms(spec).some(
        ({ namespaces = [], namespaceSelector }) => namespaces.length > 0 || namespaceSelector !== undefined,
      );
    default:
      return false;
  }
}

function fitsName({ operator, values = [] }: ScopedResourceSelectorRequirement, name: string): boolean {
  switch (operator) {
    case "In":
      return values.includes(name);
    case "NotIn":
      return !values.includes(name);
    case "Exists":
      return name !== "";
    case "DoesNotExist":
      return name === "";
    default:
      return false;
  }
}

function affinityTerms({ affinity }: Pod["spec"]): readonly PodAffinityTerm[] {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((one) => [
    ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
}
