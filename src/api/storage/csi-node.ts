import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { csiNodeProblems, keptDriversProblems } from "./csi-node/rules.ts";
import { CSINodeSpec } from "./csi-node/spec.ts";

export class CSINode extends object("io.k8s.api.storage.v1.CSINode", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, CSINodeSpec),
}) {}

/** Source of the columns: printCSINode in pkg/printers/internalversion/printers.go. */
export const csiNodes = defineKind<typeof CSINode>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "CSINode",
  plural: "csinodes",
  singular: "csinode",
  shortNames: [],
  categories: [],
  scope: "Cluster",
  type: CSINode,
  subresources: [],
  columns: [
    nameColumn,
    {
      name: "Drivers",
      type: "integer",
      cell: ({ spec }) => spec.drivers.length,
      doc: "How many drivers the node has.",
    },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  updatesNameVersion: true,
  rules: [csiNodeProblems],
  updateRules: [keptDriversProblems],
});
