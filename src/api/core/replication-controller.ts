import { ageColumn, nameColumn, showLabels } from "#machinery/columns.ts";
import { defineKind, scaleSubresource, statusSubresource } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { selectorOfLabels } from "#machinery/selectors.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { containerColumns, selectorColumn } from "./pod/template-columns.ts";
import { podNameWarnings } from "./pod/template-warnings.ts";
import { deriveReplicationController, replicationControllerRules } from "./replication-controller/rules.ts";
import { ReplicationControllerSpec, ReplicationControllerStatus } from "./replication-controller/spec.ts";

export class ReplicationController extends object("io.k8s.api.core.v1.ReplicationController", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, ReplicationControllerSpec),
  status: defaulted(3, ReplicationControllerStatus, {}),
}) {}

export const replicationControllers = defineKind<typeof ReplicationController>({
  group: "",
  version: "v1",
  kind: "ReplicationController",
  plural: "replicationcontrollers",
  singular: "replicationcontroller",
  shortNames: ["rc"],
  categories: ["all"],
  scope: "Namespaced",
  type: ReplicationController,
  subresources: [scaleSubresource, statusSubresource],
  columns: [
    nameColumn,
    { name: "Desired", type: "integer", cell: ({ spec }) => spec.replicas, doc: "How many pods are wanted." },
    { name: "Current", type: "integer", cell: ({ status }) => status.replicas, doc: "How many there are." },
    { name: "Ready", type: "integer", cell: ({ status }) => status.readyReplicas ?? 0, doc: "How many are ready." },
    ageColumn,
    ...containerColumns(({ spec }: ReplicationController) => spec.template),
    selectorColumn(({ spec }) => showLabels(spec.selector)),
  ],
  selectableFields: { "status.replicas": ({ status }) => String(status.replicas) },
  nameRule: "dns-subdomain",
  derive: deriveReplicationController,
  initialStatus: () => ({ replicas: 0 }),
  countsGenerations: true,
  scale: ({ spec, status }) => ({
    replicas: spec.replicas,
    current: status.replicas,
    selector: selectorOfLabels(spec.selector ?? {}),
  }),
  keepsDependents: true,
  warnings: podNameWarnings,
  rules: replicationControllerRules,
  updateRules: [],
});
