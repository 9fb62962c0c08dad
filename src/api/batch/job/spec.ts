import {
  boolean,
  defaulted,
  int32,
  int64,
  list,
  object,
  oneOf,
  optional,
  present,
  required,
  set,
  string,
  time,
} from "#machinery/schema.ts";
import { PodTemplateSpec } from "../../core/pod/spec.ts";
import { LabelSelector } from "../../meta/label-selector.ts";

export class PodFailurePolicyOnExitCodesRequirement extends object(
  "io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement",
  {
    containerName: optional(1, string, { zero: "counts" }),
    operator: required(2, oneOf("In", "NotIn")),
    values: present(3, set(int32(), { patch: false })),
  },
) {}

export class PodFailurePolicyOnPodConditionsPattern extends object(
  "io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern",
  {
    type: required(1, string),
    status: defaulted(2, oneOf("True", "False", "Unknown"), "True"),
  },
) {}

export class PodFailurePolicyRule extends object("io.k8s.api.batch.v1.PodFailurePolicyRule", {
  action: required(1, oneOf("FailJob", "FailIndex", "Ignore", "Count")),
  onExitCodes: optional(2, PodFailurePolicyOnExitCodesRequirement),
  onPodConditions: optional(3, list(PodFailurePolicyOnPodConditionsPattern)),
}) {}

export class PodFailurePolicy extends object("io.k8s.api.batch.v1.PodFailurePolicy", {
  rules: present(1, list(PodFailurePolicyRule)),
}) {}

export class SuccessPolicyRule extends object("io.k8s.api.batch.v1.SuccessPolicyRule", {
  succeededIndexes: optional(1, string, { zero: "counts" }),
  succeededCount: optional(2, int32(), { zero: "counts" }),
}) {}

export class SuccessPolicy extends object("io.k8s.api.batch.v1.SuccessPolicy", {
  rules: present(1, list(SuccessPolicyRule)),
}) {}

/** Its defaults are a Job's own: in a CronJob's template they wait for the Job. */
export class JobSpec extends object("io.k8s.api.batch.v1.JobSpec", {
  parallelism: optional(1, int32(), { zero: "counts" }),
  completions: optional(2, int32(), { zero: "counts" }),
  activeDeadlineSeconds: optional(3, int64(), { zero: "counts" }),
  selector: optional(4, LabelSelector),
  manualSelector: optional(5, boolean, { zero: "counts" }),
  template: required(6, PodTemplateSpec),
  backoffLimit: optional(7, int32(), { zero: "counts" }),
  ttlSecondsAfterFinished: optional(8, int32(), { zero: "counts" }),
  completionMode: optional(9, oneOf("NonIndexed", "Indexed"), { zero: "counts" }),
  suspend: optional(10, boolean, { zero: "counts" }),
  podFailurePolicy: optional(11, PodFailurePolicy),
  backoffLimitPerIndex: optional(12, int32(), { zero: "counts" }),
  maxFailedIndexes: optional(13, int32(), { zero: "counts" }),
  podReplacementPolicy: optional(14, oneOf("TerminatingOrFailed", "Failed"), { zero: "counts" }),
  managedBy: optional(15, string, { zero: "counts" }),
  successPolicy: optional(16, SuccessPolicy),
}) {}

export class JobCondition extends object("io.k8s.api.batch.v1.JobCondition", {
  type: present(1, string),
  status: present(2, string),
  lastProbeTime: optional(3, time),
  lastTransitionTime: optional(4, time),
  reason: optional(5, string),
  message: optional(6, string),
}) {}

export class UncountedTerminatedPods extends object("io.k8s.api.batch.v1.UncountedTerminatedPods", {
  succeeded: optional(1, set(string, { patch: false })),
  failed: optional(2, set(string, { patch: false })),
}) {}

export class JobStatus extends object("io.k8s.api.batch.v1.JobStatus", {
  conditions: optional(1, list(JobCondition, { patchKey: "type" })),
  startTime: optional(2, time),
  completionTime: optional(3, time),
  active: optional(4, int32()),
  succeeded: optional(5, int32()),
  failed: optional(6, int32()),
  completedIndexes: optional(7, string),
  uncountedTerminatedPods: optional(8, UncountedTerminatedPods),
  ready: optional(9, int32(), { zero: "counts" }),
  failedIndexes: optional(10, string, { zero: "counts" }),
  terminating: optional(11, int32(), { zero: "counts" }),
}) {}
