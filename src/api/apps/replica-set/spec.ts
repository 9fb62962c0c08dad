import { defaulted, int32, int64, listMap, object, optional, present, required } from "#machinery/schema.ts";
import { PodTemplateSpec } from "../../core/pod/spec.ts";
import { LabelSelector } from "../../meta/label-selector.ts";
import { workloadConditionFields } from "../../meta/workload-condition.ts";

/** What it is made of, for the versions that differ in some of it. */
export const replicaSetFields = {
  replicas: defaulted(1, int32(), 1, { zero: "counts" }),
  selector: required(2, LabelSelector),
  template: required(3, PodTemplateSpec),
  minReadySeconds: optional(4, int32()),
};
export class ReplicaSetSpec extends object("io.k8s.api.apps.v1.ReplicaSetSpec", replicaSetFields) {}

export class ReplicaSetCondition extends object("io.k8s.api.apps.v1.ReplicaSetCondition", workloadConditionFields) {}

export class ReplicaSetStatus extends object("io.k8s.api.apps.v1.ReplicaSetStatus", {
  replicas: present(1, int32()),
  fullyLabeledReplicas: optional(2, int32()),
  observedGeneration: optional(3, int64()),
  readyReplicas: optional(4, int32()),
  availableReplicas: optional(5, int32()),
  conditions: optional(6, listMap(ReplicaSetCondition, ["type"])),
  terminatingReplicas: optional(7, int32(), { zero: "counts" }),
}) {}
