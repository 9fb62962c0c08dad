import { defaulted, int32, int64, listMap, map, object, optional, present, string } from "#machinery/schema.ts";
import { workloadConditionFields } from "../../meta/workload-condition.ts";
import { PodTemplateSpec } from "../pod/spec.ts";

export class ReplicationControllerSpec extends object("io.k8s.api.core.v1.ReplicationControllerSpec", {
  replicas: defaulted(1, int32(), 1, { zero: "counts" }),
  selector: optional(2, map(string, { atomic: true })),
  template: optional(3, PodTemplateSpec),
  minReadySeconds: optional(4, int32()),
}) {}

export class ReplicationControllerCondition extends object(
  "io.k8s.api.core.v1.ReplicationControllerCondition",
  workloadConditionFields,
) {}

export class ReplicationControllerStatus extends object("io.k8s.api.core.v1.ReplicationControllerStatus", {
  replicas: present(1, int32()),
  fullyLabeledReplicas: optional(2, int32()),
  observedGeneration: optional(3, int64()),
  readyReplicas: optional(4, int32()),
  availableReplicas: optional(5, int32()),
  conditions: optional(6, listMap(ReplicationControllerCondition, ["type"])),
}) {}
