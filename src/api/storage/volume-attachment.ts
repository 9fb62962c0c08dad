import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, statusSubresource, unchanged } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { attachmentProblems, keptSpecProblems, newAttachmentProblems } from "./volume-attachment/rules.ts";
import { VolumeAttachmentSpec, VolumeAttachmentStatus } from "./volume-attachment/spec.ts";

export class VolumeAttachment extends object("io.k8s.api.storage.v1.VolumeAttachment", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, VolumeAttachmentSpec),
  status: defaulted(3, VolumeAttachmentStatus, {}),
}) {}

/** Source of the columns: printVolumeAttachment in pkg/printers/internalversion/printers.go. */
export const volumeAttachments = defineKind<typeof VolumeAttachment>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "VolumeAttachment",
  plural: "volumeattachments",
  singular: "volumeattachment",
  shortNames: [],
  categories: [],
  scope: "Cluster",
  type: VolumeAttachment,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    { name: "Attacher", type: "string", cell: ({ spec }) => spec.attacher, doc: "The driver that attaches it." },
    {
      name: "PV",
      type: "string",
      cell: ({ spec }) => spec.source.persistentVolumeName ?? "",
      doc: "The volume.",
    },
    { name: "Node", type: "string", cell: ({ spec }) => spec.nodeName, doc: "The node." },
    { name: "Attached", type: "boolean", cell: ({ status }) => status.attached, doc: "Whether it is there." },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: () => ({ attached: false }),
  updatesNameVersion: true,
  rules: [attachmentProblems],
  createRules: [newAttachmentProblems],
  updateRules: [keptSpecProblems],
});
