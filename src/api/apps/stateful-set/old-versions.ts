import { defineVersion, unchanged } from "#machinery/kind.ts";
import { defaulted, object, optional, required } from "#machinery/schema.ts";
import { LabelSelector } from "../../meta/label-selector.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { older, oldest } from "../deprecations.ts";
import { withTemplateLabels } from "../template-labels.ts";
import { StatefulSetSpec, StatefulSetStatus, statefulSetFields } from "./spec.ts";

export class StatefulSetV1beta2 extends object("io.k8s.api.apps.v1beta2.StatefulSet", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, StatefulSetSpec),
  status: defaulted(3, StatefulSetStatus, {}),
}) {}

export class StatefulSetSpecV1beta1 extends object("io.k8s.api.apps.v1beta1.StatefulSetSpec", {
  ...statefulSetFields,
  selector: optional(2, LabelSelector),
}) {}

export class StatefulSetV1beta1 extends object("io.k8s.api.apps.v1beta1.StatefulSet", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, StatefulSetSpecV1beta1),
  status: defaulted(3, StatefulSetStatus, {}),
}) {}

/** Nothing rolls by itself. Source: SetDefaults_StatefulSet in pkg/apis/apps/v1beta1/defaults.go. */
function deriveV1beta1(statefulSet: StatefulSetV1beta1): StatefulSetV1beta1 {
  const { spec, ...rest } = withTemplateLabels(statefulSet);
  const { type = "OnDelete", ...others } = spec.updateStrategy;
  return { ...rest, spec: { ...spec, updateStrategy: { type, ...others } } };
}

export const statefulSetV1beta2 = defineVersion<typeof StatefulSetV1beta2, unknown>({
  group: "apps",
  version: "v1beta2",
  type: StatefulSetV1beta2,
  derive: unchanged,
  toHub: unchanged,
  fromHub: unchanged,
  keepsDependents: true,
  deprecation: older,
});

export const statefulSetV1beta1 = defineVersion<typeof StatefulSetV1beta1, unknown>({
  group: "apps",
  version: "v1beta1",
  type: StatefulSetV1beta1,
  derive: deriveV1beta1,
  toHub: unchanged,
  fromHub: unchanged,
  keepsDependents: true,
  deprecation: oldest,
});
