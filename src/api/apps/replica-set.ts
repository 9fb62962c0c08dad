import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, scaleSubresource, statusSubresource } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { selectorOf } from "#machinery/selectors.ts";
import { keptSelectorProblems } from "../core/pod/rules/template.ts";
import { templateColumns } from "../core/pod/template-columns.ts";
import { podNameWarnings } from "../core/pod/template-warnings.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { extensionsReplicaSet, replicaSetV1beta2 } from "./replica-set/old-versions.ts";
import { deriveReplicaSet, replicaSetRules } from "./replica-set/rules.ts";
import { ReplicaSetSpec, ReplicaSetStatus } from "./replica-set/spec.ts";

export { ReplicaSetCondition, ReplicaSetSpec, ReplicaSetStatus } from "./replica-set/spec.ts";

export class ReplicaSet extends object("io.k8s.api.apps.v1.ReplicaSet", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, ReplicaSetSpec),
  status: defaulted(3, ReplicaSetStatus, {}),
}) {}

export const replicaSets = defineKind<typeof ReplicaSet>({
  group: "apps",
  version: "v1",
  kind: "ReplicaSet",
  plural: "replicasets",
  singular: "replicaset",
  shortNames: ["rs"],
  categories: ["all"],
  scope: "Namespaced",
  type: ReplicaSet,
  subresources: [scaleSubresource, statusSubresource],
  columns: [
    nameColumn,
    { name: "Desired", type: "integer", cell: ({ spec }) => spec.replicas, doc: "How many pods are wanted." },
    { name: "Current", type: "integer", cell: ({ status }) => status.replicas, doc: "How many there are." },
    { name: "Ready", type: "integer", cell: ({ status }) => status.readyReplicas ?? 0, doc: "How many are ready." },
    ageColumn,
    ...templateColumns,
  ],
  selectableFields: { "status.replicas": ({ status }) => String(status.replicas) },
  nameRule: "dns-subdomain",
  derive: deriveReplicaSet,
  initialStatus: () => ({ replicas: 0 }),
  countsGenerations: true,
  scale: ({ spec, status }) => ({
    replicas: spec.replicas,
    current: status.replicas,
    selector: selectorOf(spec.selector),
  }),
  warnings: podNameWarnings,
  otherVersions: [replicaSetV1beta2, extensionsReplicaSet],
  rules: replicaSetRules,
  updateRules: [keptSelectorProblems],
});
