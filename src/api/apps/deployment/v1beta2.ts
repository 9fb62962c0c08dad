import { defineVersion, unchanged } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { older } from "../deprecations.ts";
import { DeploymentSpec, DeploymentStatus } from "./spec.ts";

export class DeploymentV1beta2 extends object("io.k8s.api.apps.v1beta2.Deployment", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, DeploymentSpec),
  status: defaulted(3, DeploymentStatus, {}),
}) {}

export const deploymentV1beta2 = defineVersion<typeof DeploymentV1beta2, unknown>({
  group: "apps",
  version: "v1beta2",
  type: DeploymentV1beta2,
  derive: unchanged,
  toHub: unchanged,
  fromHub: unchanged,
  keepsDependents: true,
  deprecation: older,
});
