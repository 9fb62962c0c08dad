import { defineVersion } from "#machinery/kind.ts";
import {
  defaulted,
  int32,
  int64,
  intOrString,
  object,
  oneOf,
  optional,
  required,
  type Stored,
} from "#machinery/schema.ts";
import { LabelSelector } from "../../meta/label-selector.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { oldest } from "../deprecations.ts";
import { keepNumber, takeNumber } from "../kept-number.ts";
import { withTemplateLabels } from "../template-labels.ts";
import { type DeploymentSpec, DeploymentStatus, deploymentFields } from "./spec.ts";

/** Older versions have it as `spec.rollbackTo`. Source: DeprecatedRollbackTo in k8s.io/api/apps/v1. */
const rollbackAnnotation = "deprecated.deployment.rollback.to";

/** No limit, as far as one can say so. */
const int32Max = 2 ** 31 - 1;

export class RollbackConfig extends object("io.k8s.api.apps.v1beta1.RollbackConfig", {
  revision: optional(1, int64()),
}) {}

const oldFields = {
  ...deploymentFields,
  selector: optional(2, LabelSelector),
  rollbackTo: optional(8, RollbackConfig),
};

export class DeploymentSpecV1beta1 extends object("io.k8s.api.apps.v1beta1.DeploymentSpec", {
  ...oldFields,
  revisionHistoryLimit: defaulted(6, int32(), 2, { zero: "counts" }),
}) {}

export class DeploymentV1beta1 extends object("io.k8s.api.apps.v1beta1.Deployment", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, DeploymentSpecV1beta1),
  status: defaulted(3, DeploymentStatus, {}),
}) {}

export class ExtensionsRollingUpdateDeployment extends object("io.k8s.api.extensions.v1beta1.RollingUpdateDeployment", {
  maxUnavailable: defaulted(1, intOrString, 1, { zero: "counts" }),
  maxSurge: defaulted(2, intOrString, 1, { zero: "counts" }),
}) {}

export class ExtensionsDeploymentStrategy extends object(
  "io.k8s.api.extensions.v1beta1.DeploymentStrategy",
  {
    type: defaulted(1, oneOf("Recreate", "RollingUpdate"), "RollingUpdate"),
    rollingUpdate: optional(2, ExtensionsRollingUpdateDeployment),
  },
  { retainKeys: true },
) {}

export class ExtensionsDeploymentSpec extends object("io.k8s.api.extensions.v1beta1.DeploymentSpec", {
  ...oldFields,
  strategy: defaulted(4, ExtensionsDeploymentStrategy, {}),
  revisionHistoryLimit: defaulted(6, int32(), int32Max, { zero: "counts" }),
  progressDeadlineSeconds: defaulted(9, int32(), int32Max, { zero: "counts" }),
}) {}

export class ExtensionsDeployment extends object("io.k8s.api.extensions.v1beta1.Deployment", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, ExtensionsDeploymentSpec),
  status: defaulted(3, DeploymentStatus, {}),
}) {}

interface Old {
  readonly metadata: ObjectMeta;
  readonly spec: Stored<typeof DeploymentSpecV1beta1>;
  readonly status: DeploymentStatus;
}
interface Hub {
  readonly metadata: ObjectMeta;
  readonly spec: DeploymentSpec;
  readonly status: DeploymentStatus;
}

const toHub = ({ metadata, spec: { rollbackTo, ...spec }, status }: Old) => ({
  metadata: keepNumber(metadata, rollbackAnnotation, rollbackTo && (rollbackTo.revision ?? 0)),
  spec,
  status,
});

function fromHub({ metadata: full, spec, status }: Hub) {
  const { metadata, value } = takeNumber(full, rollbackAnnotation);
  return { metadata, spec: { ...spec, rollbackTo: value === undefined ? undefined : { revision: value } }, status };
}

/** Source: SetDefaults_Deployment in pkg/apis/extensions/v1beta1/defaults.go. */
function deriveExtensions(deployment: ExtensionsDeployment): ExtensionsDeployment {
  const { spec, ...rest } = withTemplateLabels(deployment);
  const { type, rollingUpdate = { maxUnavailable: 1, maxSurge: 1 } } = spec.strategy;
  return { ...rest, spec: type === "RollingUpdate" ? { ...spec, strategy: { type, rollingUpdate } } : spec };
}

export const deploymentV1beta1 = defineVersion<typeof DeploymentV1beta1, Hub>({
  group: "apps",
  version: "v1beta1",
  type: DeploymentV1beta1,
  derive: withTemplateLabels,
  toHub,
  fromHub,
  keepsDependents: true,
  deprecation: oldest,
});

export const extensionsDeployment = defineVersion<typeof ExtensionsDeployment, Hub>({
  group: "extensions",
  version: "v1beta1",
  type: ExtensionsDeployment,
  derive: deriveExtensions,
  toHub,
  fromHub,
  keepsDependents: true,
  deprecation: oldest,
});
