import {
  boolean,
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
  string,
  time,
} from "#machinery/schema.ts";
import { PodTemplateSpec } from "../../core/pod/spec.ts";
import { LabelSelector } from "../../meta/label-selector.ts";

export class RollingUpdateDeployment extends object("io.k8s.api.apps.v1.RollingUpdateDeployment", {
  maxUnavailable: defaulted(1, intOrString, "25%", { zero: "counts" }),
  maxSurge: defaulted(2, intOrString, "25%", { zero: "counts" }),
}) {}

export class DeploymentStrategy extends object(
  "io.k8s.api.apps.v1.DeploymentStrategy",
  {
    type: defaulted(1, oneOf("Recreate", "RollingUpdate"), "RollingUpdate"),
    rollingUpdate: optional(2, RollingUpdateDeployment),
  },
  { retainKeys: true },
) {}

/** What it is made of, for the versions that differ in some of it. */
export const deploymentFields = {
  replicas: defaulted(1, int32(), 1, { zero: "counts" }),
  selector: required(2, LabelSelector),
  template: required(3, PodTemplateSpec),
  strategy: defaulted(4, DeploymentStrategy, {}),
  minReadySeconds: optional(5, int32()),
  revisionHistoryLimit: defaulted(6, int32(), 10, { zero: "counts" }),
  paused: optional(7, boolean),
  progressDeadlineSeconds: defaulted(9, int32(), 600, { zero: "counts" }),
};
export class DeploymentSpec extends object("io.k8s.api.apps.v1.DeploymentSpec", deploymentFields) {}

export class DeploymentCondition extends object("io.k8s.api.apps.v1.DeploymentCondition", {
  type: present(1, string),
  status: present(2, string),
  reason: optional(4, string),
  message: optional(5, string),
  lastUpdateTime: optional(6, time),
  lastTransitionTime: optional(7, time),
}) {}

export class DeploymentStatus extends object("io.k8s.api.apps.v1.DeploymentStatus", {
  observedGeneration: optional(1, int64()),
  replicas: optional(2, int32()),
  updatedReplicas: optional(3, int32()),
  availableReplicas: optional(4, int32()),
  unavailableReplicas: optional(5, int32()),
  conditions: optional(6, listMap(DeploymentCondition, ["type"])),
  readyReplicas: optional(7, int32()),
  collisionCount: optional(8, int32(), { zero: "counts" }),
  terminatingReplicas: optional(9, int32(), { zero: "counts" }),
}) {}
