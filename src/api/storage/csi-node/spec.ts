import { int32, list, listMap, object, optional, present, required, string } from "#machinery/schema.ts";

export class VolumeNodeResources extends object("io.k8s.api.storage.v1.VolumeNodeResources", {
  count: optional(1, int32(), { zero: "counts" }),
}) {}

export class CSINodeDriver extends object("io.k8s.api.storage.v1.CSINodeDriver", {
  name: required(1, string),
  nodeID: required(2, string),
  topologyKeys: present(3, list(string)),
  allocatable: optional(4, VolumeNodeResources),
}) {}

export class CSINodeSpec extends object("io.k8s.api.storage.v1.CSINodeSpec", {
  drivers: present(1, listMap(CSINodeDriver, ["name"])),
}) {}
