import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { driverSpecProblems, keptDriverProblems } from "./csi-driver/rules.ts";
import { CSIDriverSpec } from "./csi-driver/spec.ts";

export class CSIDriver extends object("io.k8s.api.storage.v1.CSIDriver", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, CSIDriverSpec),
}) {}

/** Source of the columns: printCSIDriver in pkg/printers/internalversion/printers.go. */
export const csiDrivers = defineKind<typeof CSIDriver>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "CSIDriver",
  plural: "csidrivers",
  singular: "csidriver",
  shortNames: [],
  categories: [],
  scope: "Cluster",
  type: CSIDriver,
  subresources: [],
  columns: [
    nameColumn,
    {
      name: "AttachRequired",
      type: "boolean",
      cell: ({ spec }) => spec.attachRequired,
      doc: "Whether its volumes are attached to a node before they are mounted there.",
    },
    {
      name: "PodInfoOnMount",
      type: "boolean",
      cell: ({ spec }) => spec.podInfoOnMount,
      doc: "Whether it is told for which pod it mounts.",
    },
    {
      name: "StorageCapacity",
      type: "boolean",
      cell: ({ spec }) => spec.storageCapacity,
      doc: "Whether it says how much room it has.",
    },
    {
      name: "TokenRequests",
      type: "string",
      cell: ({ spec }) => spec.tokenRequests?.map(({ audience }) => audience).join(",") ?? "<unset>",
      doc: "For whom it gets tokens of the pods' service accounts.",
    },
    {
      name: "RequiresRepublish",
      type: "boolean",
      cell: ({ spec }) => spec.requiresRepublish,
      doc: "Whether it is asked again and again to mount what is mounted.",
    },
    {
      name: "Modes",
      type: "string",
      cell: ({ spec }) => spec.volumeLifecycleModes.join(","),
      doc: "How long its volumes live.",
    },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  countsGenerations: true,
  updatesNameVersion: true,
  rules: [driverSpecProblems],
  updateRules: [keptDriverProblems],
});
