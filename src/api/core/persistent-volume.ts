import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, statusSubresource, unchanged } from "#machinery/kind.ts";
import { defaulted, object } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { volumeProblems } from "./persistent-volume/rules.ts";
import { PersistentVolumeSpec, PersistentVolumeStatus } from "./persistent-volume/spec.ts";
import { volumeUpdateProblems } from "./persistent-volume/update-rules.ts";
import { volumeWarnings } from "./persistent-volume/warnings.ts";
import { showAccessModes, storageClassOf } from "./persistent-volume-claim/columns.ts";
import type { ObjectReference } from "./references.ts";

export class PersistentVolume extends object("io.k8s.api.core.v1.PersistentVolume", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, PersistentVolumeSpec, {}),
  status: defaulted(3, PersistentVolumeStatus, {}),
}) {}

/** Source of the columns: printPersistentVolume in pkg/printers/internalversion/printers.go. */
export const persistentVolumes = defineKind<typeof PersistentVolume>({
  group: "",
  version: "v1",
  kind: "PersistentVolume",
  plural: "persistentvolumes",
  singular: "persistentvolume",
  shortNames: ["pv"],
  categories: [],
  scope: "Cluster",
  type: PersistentVolume,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    {
      name: "Capacity",
      type: "string",
      cell: ({ spec }) => spec.capacity?.storage ?? "0",
      doc: "How large it is.",
    },
    {
      name: "Access Modes",
      type: "string",
      cell: ({ spec }) => showAccessModes(spec.accessModes),
      doc: "How it may be mounted.",
    },
    {
      name: "Reclaim Policy",
      type: "string",
      cell: ({ spec }) => spec.persistentVolumeReclaimPolicy,
      doc: "What becomes of it when its claim goes.",
    },
    {
      name: "Status",
      type: "string",
      cell: ({ metadata, status }) => (metadata.deletionTimestamp === undefined ? status.phase : "Terminating"),
      doc: "Available, Bound, Released or Failed.",
    },
    { name: "Claim", type: "string", cell: ({ spec }) => showClaim(spec.claimRef), doc: "The claim that has it." },
    {
      name: "StorageClass",
      type: "string",
      cell: ({ metadata, spec }) => storageClassOf(metadata.annotations, spec.storageClassName),
      doc: "Who made it.",
    },
    {
      name: "VolumeAttributesClass",
      type: "string",
      cell: ({ spec }) => spec.volumeAttributesClassName ?? "<unset>",
      doc: "Which attributes it has.",
    },
    { name: "Reason", type: "string", cell: ({ status }) => status.reason ?? "", doc: "Why it failed." },
    ageColumn,
    { name: "VolumeMode", type: "string", cell: ({ spec }) => spec.volumeMode, wide: true, doc: "Files or a device." },
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: ({ metadata }) => ({ phase: "Pending", lastPhaseTransitionTime: metadata.creationTimestamp }),
  rules: [volumeProblems],
  updateRules: [volumeUpdateProblems],
  warnings: volumeWarnings,
});

const showClaim = (claim: ObjectReference | undefined): string =>
  claim === undefined ? "" : `${claim.namespace ?? ""}/${claim.name ?? ""}`;
