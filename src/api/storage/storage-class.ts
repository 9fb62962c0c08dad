import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { boolean, defaulted, list, map, object, oneOf, optional, required, string } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { isDefaultClass } from "./storage-class/default-class.ts";
import { keptClassProblems, storageClassProblems, storageClassWarnings } from "./storage-class/rules.ts";
import { TopologySelectorTerm } from "./storage-class/topology.ts";

export class StorageClass extends object("io.k8s.api.storage.v1.StorageClass", {
  metadata: defaulted(1, ObjectMeta, {}),
  provisioner: required(2, string),
  parameters: optional(3, map(string)),
  reclaimPolicy: defaulted(4, oneOf("Delete", "Retain"), "Delete", { zero: "counts" }),
  mountOptions: optional(5, list(string)),
  allowVolumeExpansion: optional(6, boolean, { zero: "counts" }),
  volumeBindingMode: defaulted(7, oneOf("Immediate", "WaitForFirstConsumer"), "Immediate", { zero: "counts" }),
  allowedTopologies: optional(8, list(TopologySelectorTerm)),
}) {}

/** Source of the columns: printStorageClass in pkg/printers/internalversion/printers.go. */
export const storageClasses = defineKind<typeof StorageClass>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "StorageClass",
  plural: "storageclasses",
  singular: "storageclass",
  shortNames: ["sc"],
  categories: [],
  scope: "Cluster",
  type: StorageClass,
  subresources: [],
  columns: [
    {
      ...nameColumn,
      cell: ({ metadata }) => (isDefaultClass(metadata) ? `${metadata.name} (default)` : metadata.name),
    },
    { name: "Provisioner", type: "string", cell: ({ provisioner }) => provisioner, doc: "Who makes its volumes." },
    {
      name: "ReclaimPolicy",
      type: "string",
      cell: ({ reclaimPolicy }) => reclaimPolicy,
      doc: "What becomes of a volume when its claim goes.",
    },
    {
      name: "VolumeBindingMode",
      type: "string",
      cell: ({ volumeBindingMode }) => volumeBindingMode,
      doc: "When its volumes are made.",
    },
    {
      name: "AllowVolumeExpansion",
      type: "string",
      cell: ({ allowVolumeExpansion = false }) => allowVolumeExpansion,
      doc: "Whether its volumes may grow.",
    },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  rules: [storageClassProblems],
  updateRules: [keptClassProblems],
  warnings: storageClassWarnings,
});
