import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, statusSubresource } from "#machinery/kind.ts";
import { defaulted, object } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { showAccessModes, storageClassOf } from "./persistent-volume-claim/columns.ts";
import { deriveClaim } from "./persistent-volume-claim/defaults.ts";
import { claimProblems } from "./persistent-volume-claim/rules.ts";
import { PersistentVolumeClaimSpec, PersistentVolumeClaimStatus } from "./persistent-volume-claim/spec.ts";
import { claimStatusProblems, claimUpdateProblems } from "./persistent-volume-claim/update-rules.ts";
import { claimWarnings } from "./persistent-volume-claim/warnings.ts";

/** StatefulSets hold some of them, which say there too what they are. */
export class PersistentVolumeClaim extends object(
  "io.k8s.api.core.v1.PersistentVolumeClaim",
  {
    metadata: defaulted(1, ObjectMeta, {}),
    spec: defaulted(2, PersistentVolumeClaimSpec, {}),
    status: defaulted(3, PersistentVolumeClaimStatus, {}),
  },
  { names: { apiVersion: "v1", kind: "PersistentVolumeClaim" } },
) {}

/** Source of the columns: printPersistentVolumeClaim in pkg/printers/internalversion/printers.go. */
export const persistentVolumeClaims = defineKind<typeof PersistentVolumeClaim>({
  group: "",
  version: "v1",
  kind: "PersistentVolumeClaim",
  plural: "persistentvolumeclaims",
  singular: "persistentvolumeclaim",
  shortNames: ["pvc"],
  categories: [],
  scope: "Namespaced",
  type: PersistentVolumeClaim,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    {
      name: "Status",
      type: "string",
      cell: ({ metadata, status }) => (metadata.deletionTimestamp === undefined ? status.phase : "Terminating"),
      doc: "Whether it has storage: Pending, Bound, Lost.",
    },
    {
      name: "Volume",
      type: "string",
      cell: ({ spec }) => spec.volumeName ?? "",
      doc: "The volume that it is bound to.",
    },
    {
      name: "Capacity",
      type: "string",
      cell: ({ spec, status }) => (spec.volumeName === undefined ? "" : (status.capacity?.storage ?? "0")),
      doc: "How large that volume is.",
    },
    {
      name: "Access Modes",
      type: "string",
      cell: ({ spec, status }) => (spec.volumeName === undefined ? "" : showAccessModes(status.accessModes)),
      doc: "How that volume may be mounted.",
    },
    {
      name: "StorageClass",
      type: "string",
      cell: ({ metadata, spec }) => storageClassOf(metadata.annotations, spec.storageClassName),
      doc: "Who makes its volume.",
    },
    {
      name: "VolumeAttributesClass",
      type: "string",
      cell: ({ spec }) => spec.volumeAttributesClassName ?? "<unset>",
      doc: "Which attributes its volume is to have.",
    },
    ageColumn,
    { name: "VolumeMode", type: "string", cell: ({ spec }) => spec.volumeMode, wide: true, doc: "Files or a device." },
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: deriveClaim,
  initialStatus: () => ({ phase: "Pending" }),
  rules: [claimProblems],
  updateRules: [claimUpdateProblems, claimStatusProblems],
  warnings: claimWarnings,
});
