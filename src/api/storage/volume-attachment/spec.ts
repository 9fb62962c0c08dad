import { boolean, int32, map, object, optional, present, required, string, time } from "#machinery/schema.ts";
import { PersistentVolumeSpec } from "../../core/persistent-volume/spec.ts";

export class VolumeAttachmentSource extends object("io.k8s.api.storage.v1.VolumeAttachmentSource", {
  persistentVolumeName: optional(1, string, { zero: "counts" }),
  inlineVolumeSpec: optional(2, PersistentVolumeSpec),
}) {}

export class VolumeAttachmentSpec extends object("io.k8s.api.storage.v1.VolumeAttachmentSpec", {
  attacher: required(1, string),
  source: required(2, VolumeAttachmentSource),
  nodeName: required(3, string),
}) {}

export class VolumeError extends object("io.k8s.api.storage.v1.VolumeError", {
  time: optional(1, time),
  message: optional(2, string),
  errorCode: optional(3, int32(), { zero: "counts" }),
}) {}

export class VolumeAttachmentStatus extends object("io.k8s.api.storage.v1.VolumeAttachmentStatus", {
  attached: present(1, boolean),
  attachmentMetadata: optional(2, map(string)),
  attachError: optional(3, VolumeError),
  detachError: optional(4, VolumeError),
}) {}
