import { int32, int64, list, object, oneOf, optional, required, string } from "#machinery/schema.ts";
import { LabelSelector } from "../../meta/label-selector.ts";
import { NodeSelector, NodeSelectorTerm } from "../references.ts";

export class PreferredSchedulingTerm extends object("io.k8s.api.core.v1.PreferredSchedulingTerm", {
  weight: required(1, int32()),
  preference: required(2, NodeSelectorTerm),
}) {}

export class NodeAffinity extends object("io.k8s.api.core.v1.NodeAffinity", {
  requiredDuringSchedulingIgnoredDuringExecution: optional(1, NodeSelector),
  preferredDuringSchedulingIgnoredDuringExecution: optional(2, list(PreferredSchedulingTerm)),
}) {}

export class PodAffinityTerm extends object("io.k8s.api.core.v1.PodAffinityTerm", {
  labelSelector: optional(1, LabelSelector),
  namespaces: optional(2, list(string)),
  topologyKey: required(3, string),
  namespaceSelector: optional(4, LabelSelector),
  matchLabelKeys: optional(5, list(string)),
  mismatchLabelKeys: optional(6, list(string)),
}) {}

export class WeightedPodAffinityTerm extends object("io.k8s.api.core.v1.WeightedPodAffinityTerm", {
  weight: required(1, int32()),
  podAffinityTerm: required(2, PodAffinityTerm),
}) {}

export class PodAffinity extends object("io.k8s.api.core.v1.PodAffinity", {
  requiredDuringSchedulingIgnoredDuringExecution: optional(1, list(PodAffinityTerm)),
  preferredDuringSchedulingIgnoredDuringExecution: optional(2, list(WeightedPodAffinityTerm)),
}) {}

export class PodAntiAffinity extends object("io.k8s.api.core.v1.PodAntiAffinity", {
  requiredDuringSchedulingIgnoredDuringExecution: optional(1, list(PodAffinityTerm)),
  preferredDuringSchedulingIgnoredDuringExecution: optional(2, list(WeightedPodAffinityTerm)),
}) {}

export class Affinity extends object("io.k8s.api.core.v1.Affinity", {
  nodeAffinity: optional(1, NodeAffinity),
  podAffinity: optional(2, PodAffinity),
  podAntiAffinity: optional(3, PodAntiAffinity),
}) {}

export class PodResourceClaim extends object(
  "io.k8s.api.core.v1.PodResourceClaim",
  {
    name: required(1, string),
    resourceClaimName: optional(3, string, { zero: "counts" }),
    resourceClaimTemplateName: optional(4, string, { zero: "counts" }),
  },
  { retainKeys: true },
) {}

export class PodSchedulingGate extends object("io.k8s.api.core.v1.PodSchedulingGate", {
  name: required(1, string),
}) {}

export class PodSchedulingGroup extends object("io.k8s.api.core.v1.PodSchedulingGroup", {
  podGroupName: optional(1, string, { zero: "counts" }),
}) {}

export class Toleration extends object("io.k8s.api.core.v1.Toleration", {
  key: optional(1, string),
  operator: optional(2, string),
  value: optional(3, string),
  effect: optional(4, string),
  tolerationSeconds: optional(5, int64(), { zero: "counts" }),
}) {}

export class TopologySpreadConstraint extends object("io.k8s.api.core.v1.TopologySpreadConstraint", {
  maxSkew: required(1, int32()),
  topologyKey: required(2, string),
  whenUnsatisfiable: required(3, oneOf("DoNotSchedule", "ScheduleAnyway")),
  labelSelector: optional(4, LabelSelector),
  minDomains: optional(5, int32(), { zero: "counts" }),
  nodeAffinityPolicy: optional(6, string, { zero: "counts" }),
  nodeTaintsPolicy: optional(7, string, { zero: "counts" }),
  matchLabelKeys: optional(8, list(string)),
}) {}
