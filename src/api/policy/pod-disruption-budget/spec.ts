import { int32, int64, intOrString, listMap, map, object, oneOf, optional, present, time } from "#machinery/schema.ts";
import { Condition } from "../../meta/condition.ts";
import { LabelSelector } from "../../meta/label-selector.ts";

export class PodDisruptionBudgetSpec extends object("io.k8s.api.policy.v1.PodDisruptionBudgetSpec", {
  minAvailable: optional(1, intOrString, { zero: "counts" }),
  selector: optional(2, LabelSelector),
  maxUnavailable: optional(3, intOrString, { zero: "counts" }),
  unhealthyPodEvictionPolicy: optional(4, oneOf("AlwaysAllow", "IfHealthyBudget"), { zero: "counts" }),
}) {}

export class PodDisruptionBudgetStatus extends object("io.k8s.api.policy.v1.PodDisruptionBudgetStatus", {
  observedGeneration: optional(1, int64()),
  disruptedPods: optional(2, map(time)),
  disruptionsAllowed: present(3, int32()),
  currentHealthy: present(4, int32()),
  desiredHealthy: present(5, int32()),
  expectedPods: present(6, int32()),
  conditions: optional(7, listMap(Condition, ["type"])),
}) {}
