import {
  defaulted,
  int32,
  int64,
  intOrString,
  list,
  listMap,
  object,
  oneOf,
  optional,
  present,
  required,
  string,
} from "#machinery/schema.ts";
import { PersistentVolumeClaim } from "../../core/persistent-volume-claim.ts";
import { PodTemplateSpec } from "../../core/pod/spec.ts";
import { LabelSelector } from "../../meta/label-selector.ts";
import { workloadConditionFields } from "../../meta/workload-condition.ts";

export class RollingUpdateStatefulSetStrategy extends object("io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy", {
  partition: defaulted(1, int32(), 0, { zero: "counts" }),
  maxUnavailable: defaulted(2, intOrString, 1, { zero: "counts" }),
}) {}

export class StatefulSetUpdateStrategy extends object("io.k8s.api.apps.v1.StatefulSetUpdateStrategy", {
  type: optional(1, string),
  rollingUpdate: optional(2, RollingUpdateStatefulSetStrategy),
}) {}

export class StatefulSetPersistentVolumeClaimRetentionPolicy extends object(
  "io.k8s.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy",
  {
    whenDeleted: defaulted(1, oneOf("Retain", "Delete"), "Retain"),
    whenScaled: defaulted(2, oneOf("Retain", "Delete"), "Retain"),
  },
) {}

export class StatefulSetOrdinals extends object("io.k8s.api.apps.v1.StatefulSetOrdinals", {
  start: present(1, int32()),
}) {}

/** What it is made of, for the versions that differ in some of it. */
export const statefulSetFields = {
  replicas: defaulted(1, int32(), 1, { zero: "counts" }),
  selector: required(2, LabelSelector),
  template: required(3, PodTemplateSpec),
  volumeClaimTemplates: optional(4, list(PersistentVolumeClaim)),
  serviceName: optional(5, string),
  podManagementPolicy: defaulted(6, string, "OrderedReady"),
  updateStrategy: defaulted(7, StatefulSetUpdateStrategy, {}),
  revisionHistoryLimit: defaulted(8, int32(), 10, { zero: "counts" }),
  minReadySeconds: optional(9, int32()),
  persistentVolumeClaimRetentionPolicy: defaulted(10, StatefulSetPersistentVolumeClaimRetentionPolicy, {}),
  ordinals: optional(11, StatefulSetOrdinals),
};
export class StatefulSetSpec extends object("io.k8s.api.apps.v1.StatefulSetSpec", statefulSetFields) {}

export class StatefulSetCondition extends object("io.k8s.api.apps.v1.StatefulSetCondition", workloadConditionFields) {}

export class StatefulSetStatus extends object("io.k8s.api.apps.v1.StatefulSetStatus", {
  observedGeneration: optional(1, int64()),
  replicas: present(2, int32()),
  readyReplicas: optional(3, int32()),
  currentReplicas: optional(4, int32()),
  updatedReplicas: optional(5, int32()),
  currentRevision: optional(6, string),
  updateRevision: optional(7, string),
  collisionCount: optional(9, int32(), { zero: "counts" }),
  conditions: optional(10, listMap(StatefulSetCondition, ["type"])),
  availableReplicas: present(11, int32()),
}) {}
