import { defineVersion, unchanged } from "#machinery/kind.ts";
import { defaulted, object, optional, required } from "#machinery/schema.ts";
import { LabelSelector } from "../../meta/label-selector.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { older, oldest } from "../deprecations.ts";
import { withTemplateLabels } from "../template-labels.ts";
import { ReplicaSetSpec, ReplicaSetStatus, replicaSetFields } from "./spec.ts";

export class ReplicaSetV1beta2 extends object("io.k8s.api.apps.v1beta2.ReplicaSet", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, ReplicaSetSpec),
  status: defaulted(3, ReplicaSetStatus, {}),
}) {}

export class ExtensionsReplicaSetSpec extends object("io.k8s.api.extensions.v1beta1.ReplicaSetSpec", {
  ...replicaSetFields,
  selector: optional(2, LabelSelector),
}) {}

export class ExtensionsReplicaSet extends object("io.k8s.api.extensions.v1beta1.ReplicaSet", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, ExtensionsReplicaSetSpec),
  status: defaulted(3, ReplicaSetStatus, {}),
}) {}

export const replicaSetV1beta2 = defineVersion<typeof ReplicaSetV1beta2, unknown>({
  group: "apps",
  version: "v1beta2",
  type: ReplicaSetV1beta2,
  derive: unchanged,
  toHub: unchanged,
  fromHub: unchanged,
  keepsDependents: true,
  deprecation: older,
});

export const extensionsReplicaSet = defineVersion<typeof ExtensionsReplicaSet, unknown>({
  group: "extensions",
  version: "v1beta1",
  type: ExtensionsReplicaSet,
  derive: withTemplateLabels,
  toHub: unchanged,
  fromHub: unchanged,
  keepsDependents: true,
  deprecation: oldest,
});
