import { defineVersion, unchanged } from "#machinery/kind.ts";
import { defaulted, int64, object, oneOf, optional, required, type Stored } from "#machinery/schema.ts";
import { LabelSelector } from "../../meta/label-selector.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { older, oldest } from "../deprecations.ts";
import { keepNumber, takeNumber } from "../kept-number.ts";
import { withTemplateLabels } from "../template-labels.ts";
import { DaemonSetSpec, DaemonSetStatus, daemonSetFields, RollingUpdateDaemonSet } from "./spec.ts";
import { templateGenerationAnnotation } from "./template-generation.ts";

export class DaemonSetV1beta2 extends object("io.k8s.api.apps.v1beta2.DaemonSet", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, DaemonSetSpec),
  status: defaulted(3, DaemonSetStatus, {}),
}) {}

export class ExtensionsDaemonSetUpdateStrategy extends object("io.k8s.api.extensions.v1beta1.DaemonSetUpdateStrategy", {
  type: defaulted(1, oneOf("RollingUpdate", "OnDelete"), "OnDelete"),
  rollingUpdate: optional(2, RollingUpdateDaemonSet),
}) {}

export class ExtensionsDaemonSetSpec extends object("io.k8s.api.extensions.v1beta1.DaemonSetSpec", {
  ...daemonSetFields,
  selector: optional(1, LabelSelector),
  updateStrategy: defaulted(3, ExtensionsDaemonSetUpdateStrategy, {}),
  templateGeneration: optional(5, int64()),
}) {}

export class ExtensionsDaemonSet extends object("io.k8s.api.extensions.v1beta1.DaemonSet", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, ExtensionsDaemonSetSpec),
  status: defaulted(3, DaemonSetStatus, {}),
}) {}

type Hub = Stored<typeof DaemonSetV1beta2>;

/** Source: SetDefaults_DaemonSet in pkg/apis/extensions/v1beta1/defaults.go. */
function deriveExtensions(daemonSet: ExtensionsDaemonSet): ExtensionsDaemonSet {
  const { spec, ...rest } = withTemplateLabels(daemonSet);
  const { type, rollingUpdate = { maxUnavailable: 1, maxSurge: 0 } } = spec.updateStrategy;
  return { ...rest, spec: type === "RollingUpdate" ? { ...spec, updateStrategy: { type, rollingUpdate } } : spec };
}

function fromHub({ metadata: full, spec, status }: Hub) {
  const { metadata, value } = takeNumber(full, templateGenerationAnnotation);
  // 0 is no number there, and would be lost
  return value === 0
    ? { metadata: full, spec, status }
    : { metadata, spec: { ...spec, templateGeneration: value }, status };
}

export const daemonSetV1beta2 = defineVersion<typeof DaemonSetV1beta2, Hub>({
  group: "apps",
  version: "v1beta2",
  type: DaemonSetV1beta2,
  derive: unchanged,
  toHub: unchanged,
  fromHub: unchanged,
  keepsDependents: true,
  deprecation: older,
});

export const extensionsDaemonSet = defineVersion<typeof ExtensionsDaemonSet, Hub>({
  group: "extensions",
  version: "v1beta1",
  type: ExtensionsDaemonSet,
  derive: deriveExtensions,
  toHub: ({ metadata, spec: { templateGeneration, ...spec }, status }) => ({
    metadata: keepNumber(metadata, templateGenerationAnnotation, templateGeneration),
    spec,
    status,
  }),
  fromHub,
  keepsDependents: true,
  deprecation: oldest,
});
