import {
  defaulted,
  int32,
  int64,
  intOrString,
  listMap,
  object,
  oneOf,
  optional,
  present,
  required,
} from "#machinery/schema.ts";
import { PodTemplateSpec } from "../../core/pod/spec.ts";
import { LabelSelector } from "../../meta/label-selector.ts";
import { workloadConditionFields } from "../../meta/workload-condition.ts";

export class RollingUpdateDaemonSet extends object("io.k8s.api.apps.v1.RollingUpdateDaemonSet", {
  maxUnavailable: defaulted(1, intOrString, 1, { zero: "counts" }),
  maxSurge: defaulted(2, intOrString, 0, { zero: "counts" }),
}) {}

export class DaemonSetUpdateStrategy extends object("io.k8s.api.apps.v1.DaemonSetUpdateStrategy", {
  type: defaulted(1, oneOf("RollingUpdate", "OnDelete"), "RollingUpdate"),
  rollingUpdate: optional(2, RollingUpdateDaemonSet),
}) {}

/** What it is made of, for the versions that differ in some of it. */
export const daemonSetFields = {
  selector: required(1, LabelSelector),
  template: required(2, PodTemplateSpec),
  updateStrategy: defaulted(3, DaemonSetUpdateStrategy, {}),
  minReadySeconds: optional(4, int32()),
  revisionHistoryLimit: defaulted(6, int32(), 10, { zero: "counts" }),
};
export class DaemonSetSpec extends object("io.k8s.api.apps.v1.DaemonSetSpec", daemonSetFields) {}

export class DaemonSetCondition extends object("io.k8s.api.apps.v1.DaemonSetCondition", workloadConditionFields) {}

export class DaemonSetStatus extends object("io.k8s.api.apps.v1.DaemonSetStatus", {
  currentNumberScheduled: present(1, int32()),
  numberMisscheduled: present(2, int32()),
  desiredNumberScheduled: present(3, int32()),
  numberReady: present(4, int32()),
  observedGeneration: optional(5, int64()),
  updatedNumberScheduled: optional(6, int32()),
  numberAvailable: optional(7, int32()),
  numberUnavailable: optional(8, int32()),
  collisionCount: optional(9, int32(), { zero: "counts" }),
  conditions: optional(10, listMap(DaemonSetCondition, ["type"])),
}) {}
