import {
  defaulted,
  list,
  listMap,
  map,
  object,
  optional,
  quantity,
  required,
  string,
  time,
} from "#machinery/schema.ts";
import { LabelSelector } from "../../meta/label-selector.ts";
import { TypedLocalObjectReference, TypedObjectReference } from "../references.ts";

export class VolumeResourceRequirements extends object("io.k8s.api.core.v1.VolumeResourceRequirements", {
  limits: optional(1, map(quantity)),
  requests: optional(2, map(quantity)),
}) {}

export class PersistentVolumeClaimSpec extends object("io.k8s.api.core.v1.PersistentVolumeClaimSpec", {
  accessModes: optional(1, list(string)),
  resources: defaulted(2, VolumeResourceRequirements, {}),
  volumeName: optional(3, string),
  selector: optional(4, LabelSelector),
  storageClassName: optional(5, string, { zero: "counts" }),
  volumeMode: defaulted(6, string, "Filesystem", { zero: "counts" }),
  dataSource: optional(7, TypedLocalObjectReference),
  dataSourceRef: optional(8, TypedObjectReference),
  volumeAttributesClassName: optional(9, string, { zero: "counts" }),
}) {}

export class PersistentVolumeClaimCondition extends object("io.k8s.api.core.v1.PersistentVolumeClaimCondition", {
  type: required(1, string),
  status: required(2, string),
  lastProbeTime: optional(3, time),
  lastTransitionTime: optional(4, time),
  reason: optional(5, string),
  message: optional(6, string),
}) {}

export class ModifyVolumeStatus extends object("io.k8s.api.core.v1.ModifyVolumeStatus", {
  targetVolumeAttributesClassName: optional(1, string),
  status: required(2, string),
}) {}

export class PersistentVolumeClaimStatus extends object("io.k8s.api.core.v1.PersistentVolumeClaimStatus", {
  phase: defaulted(1, string, "Pending"),
  accessModes: optional(2, list(string)),
  capacity: optional(3, map(quantity)),
  conditions: optional(4, listMap(PersistentVolumeClaimCondition, ["type"])),
  allocatedResources: optional(5, map(quantity)),
  allocatedResourceStatuses: optional(7, map(string)),
  currentVolumeAttributesClassName: optional(8, string, { zero: "counts" }),
  modifyVolumeStatus: optional(9, ModifyVolumeStatus),
}) {}
