import { boolean, object, optional, required, string } from "#machinery/schema.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { PersistentVolumeClaimSpec } from "../persistent-volume-claim/spec.ts";

export class PersistentVolumeClaimTemplate extends object("io.k8s.api.core.v1.PersistentVolumeClaimTemplate", {
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
