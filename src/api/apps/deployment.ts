import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, scaleSubresource, statusSubresource } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { selectorOf } from "#machinery/selectors.ts";
import { keptSelectorProblems } from "../core/pod/rules/template.ts";
import { templateColumns } from "../core/pod/template-columns.ts";
import { podNameWarnings } from "../core/pod/template-warnings.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { deploymentRules, deriveDeployment } from "./deployment/rules.ts";
import { DeploymentSpec, DeploymentStatus } from "./deployment/spec.ts";
import { deploymentV1beta1, extensionsDeployment } from "./deployment/v1beta1.ts";
import { deploymentV1beta2 } from "./deployment/v1beta2.ts";

export {
  DeploymentCondition,
  DeploymentSpec,
  DeploymentStatus,
  DeploymentStrategy,
  RollingUpdateDeployment,
} from "./deployment/spec.ts";

export class Deployment extends object("io.k8s.api.apps.v1.Deployment", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, DeploymentSpec),
  status: defaulted(3, DeploymentStatus, {}),
}) {}

export const deployments = defineKind<typeof Deployment>({
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  singular: "deployment",
  shortNames: ["deploy"],
  categories: ["all"],
  scope: "Namespaced",
  type: Deployment,
  subresources: [scaleSubresource, statusSubresource],
  columns: [
    nameColumn,
    {
      name: "Ready",
      type: "string",
      cell: ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas}`,
      doc: "Pods that are ready, of those wanted.",
    },
    {
      name: "Up-to-date",
      type: "string",
      cell: ({ status }) => status.updatedReplicas ?? 0,
      doc: "Pods made from the present template.",
    },
    {
      name: "Available",
      type: "string",
      cell: ({ status }) => status.availableReplicas ?? 0,
      doc: "Pods that have been ready for minReadySeconds.",
    },
    ageColumn,
    ...templateColumns,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: deriveDeployment,
  initialStatus: () => ({}),
  countsGenerations: true,
  scale: ({ spec, status }) => ({
    replicas: spec.replicas,
    current: status.replicas ?? 0,
    selector: selectorOf(spec.selector),
  }),
  warnings: podNameWarnings,
  otherVersions: [deploymentV1beta2, deploymentV1beta1, extensionsDeployment],
  rules: deploymentRules,
  updateRules: [keptSelectorProblems],
});
