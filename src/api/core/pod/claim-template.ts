import { boolean, list, map, object, optional, quantity, required, string } from "#machinery/schema.ts";
import { LabelSelector } from "../../meta/label-selector.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { TypedLocalObjectReference, TypedObjectReference } from "../references.ts";

class VolumeResourceRequirements extends object("io.k8s.api.core.v1.VolumeResourceRequirements", {
  limits: optional(1, map(quantity)),
  requests: optional(2, map(quantity)),
}) {}

class PersistentVolumeClaimSpec extends object("io.k8s.api.core.v1.PersistentVolumeClaimSpec", {
  accessModes: optional(1, list(string)),
  resources: optional(2, VolumeResourceRequirements),
  volumeName: optional(3, string),
  selector: optional(4, LabelSelector),
  storageClassName: optional(5, string, { zero: "counts" }),
  volumeMode: optional(6, string, { zero: "counts" }),
  dataSource: optional(7, TypedLocalObjectReference),
  dataSourceRef: optional(8, TypedObjectReference),
  volumeAttributesClassName: optional(9, string, { zero: "counts" }),
}) {}

class PersistentVolumeClaimTemplate extends object("io.k8s.api.core.v1.PersistentVolumeClaimTemplate", {
  metadata: optional(1, ObjectMeta),
  spec: required(2, PersistentVolumeClaimSpec),
}) {}

export class EphemeralVolumeSource extends object("io.k8s.api.core.v1.EphemeralVolumeSource", {
  volumeClaimTemplate: optional(1, PersistentVolumeClaimTemplate),
}) {}

export class PersistentVolumeClaimVolumeSource extends object("io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource", {
  claimName: required(1, string),
  readOnly: optional(2, boolean),
}) {}
