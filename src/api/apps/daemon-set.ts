import { ageColumn, nameColumn, showLabels } from "#machinery/columns.ts";
import { defineKind, statusSubresource } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { keptSelectorProblems } from "../core/pod/rules/template.ts";
import { templateColumns } from "../core/pod/template-columns.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { daemonSetV1beta2, extensionsDaemonSet } from "./daemon-set/old-versions.ts";
import { daemonSetRules, deriveDaemonSet } from "./daemon-set/rules.ts";
import { DaemonSetSpec, DaemonSetStatus } from "./daemon-set/spec.ts";

export class DaemonSet extends object("io.k8s.api.apps.v1.DaemonSet", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, DaemonSetSpec),
  status: defaulted(3, DaemonSetStatus, {}),
}) {}

export const daemonSets = defineKind<typeof DaemonSet>({
  group: "apps",
  version: "v1",
  kind: "DaemonSet",
  plural: "daemonsets",
  singular: "daemonset",
  shortNames: ["ds"],
  categories: ["all"],
  scope: "Namespaced",
  type: DaemonSet,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    {
      name: "Desired",
      type: "integer",
      cell: ({ status }) => status.desiredNumberScheduled,
      doc: "Nodes that should run its pod.",
    },
    {
      name: "Current",
      type: "integer",
      cell: ({ status }) => status.currentNumberScheduled,
      doc: "Of those, the ones that do.",
    },
    {
      name: "Ready",
      type: "integer",
      cell: ({ status }) => status.numberReady,
      doc: "Of those, the ones that are ready.",
    },
    {
      name: "Up-to-date",
      type: "integer",
      cell: ({ status }) => status.updatedNumberScheduled ?? 0,
      doc: "Nodes whose pod was made from the present template.",
    },
    {
      name: "Available",
      type: "integer",
      cell: ({ status }) => status.numberAvailable ?? 0,
      doc: "Nodes whose pod has been ready for minReadySeconds.",
    },
    {
      name: "Node Selector",
      type: "string",
      cell: ({ spec }) => showLabels(spec.template.spec.nodeSelector),
      doc: "The labels that a node must have to run its pod.",
    },
    ageColumn,
    ...templateColumns,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: deriveDaemonSet,
  initialStatus: () => ({
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    desiredNumberScheduled: 0,
    numberReady: 0,
  }),
  countsGenerations: true,
  otherVersions: [daemonSetV1beta2, extensionsDaemonSet],
  rules: daemonSetRules,
  updateRules: [keptSelectorProblems],
});
