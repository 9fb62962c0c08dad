import {
  boolean,
  int32,
  int64,
  list,
  listMap,
  map,
  object,
  optional,
  present,
  quantity,
  string,
  time,
} from "#machinery/schema.ts";
import { NodeConfigSource } from "./spec.ts";

export class AttachedVolume extends object("io.k8s.api.core.v1.AttachedVolume", {
  name: present(1, string),
  devicePath: present(2, string),
}) {}

export class ContainerImage extends object("io.k8s.api.core.v1.ContainerImage", {
  names: optional(1, list(string)),
  sizeBytes: optional(2, int64()),
}) {}

export class DaemonEndpoint extends object("io.k8s.api.core.v1.DaemonEndpoint", {
  Port: present(1, int32()),
}) {}

export class NodeAddress extends object("io.k8s.api.core.v1.NodeAddress", {
  type: present(1, string),
  address: present(2, string),
}) {}

export class NodeCondition extends object("io.k8s.api.core.v1.NodeCondition", {
  type: present(1, string),
  status: present(2, string),
  lastHeartbeatTime: optional(3, time),
  lastTransitionTime: optional(4, time),
  reason: optional(5, string),
  message: optional(6, string),
}) {}

export class NodeConfigStatus extends object("io.k8s.api.core.v1.NodeConfigStatus", {
  assigned: optional(1, NodeConfigSource),
  active: optional(2, NodeConfigSource),
  lastKnownGood: optional(3, NodeConfigSource),
  error: optional(4, string),
}) {}

export class NodeDaemonEndpoints extends object("io.k8s.api.core.v1.NodeDaemonEndpoints", {
  kubeletEndpoint: optional(1, DaemonEndpoint),
}) {}

export class NodeFeatures extends object("io.k8s.api.core.v1.NodeFeatures", {
  supplementalGroupsPolicy: optional(1, boolean, { zero: "counts" }),
}) {}

export class NodeSwapStatus extends object("io.k8s.api.core.v1.NodeSwapStatus", {
  capacity: optional(1, int64(), { zero: "counts" }),
}) {}

export class NodeSystemInfo extends object("io.k8s.api.core.v1.NodeSystemInfo", {
  machineID: present(1, string),
  systemUUID: present(2, string),
  bootID: present(3, string),
  kernelVersion: present(4, string),
  osImage: present(5, string),
  containerRuntimeVersion: present(6, string),
  kubeletVersion: present(7, string),
  kubeProxyVersion: present(8, string),
  operatingSystem: present(9, string),
  architecture: present(10, string),
  swap: optional(11, NodeSwapStatus),
}) {}

export class NodeRuntimeHandlerFeatures extends object("io.k8s.api.core.v1.NodeRuntimeHandlerFeatures", {
  recursiveReadOnlyMounts: optional(1, boolean, { zero: "counts" }),
  userNamespaces: optional(2, boolean, { zero: "counts" }),
}) {}

export class NodeRuntimeHandler extends object("io.k8s.api.core.v1.NodeRuntimeHandler", {
  name: optional(1, string),
  features: optional(2, NodeRuntimeHandlerFeatures),
}) {}

export class NodeStatus extends object("io.k8s.api.core.v1.NodeStatus", {
  capacity: optional(1, map(quantity)),
  allocatable: optional(2, map(quantity)),
  phase: optional(3, string),
  conditions: optional(4, listMap(NodeCondition, ["type"])),
  addresses: optional(5, listMap(NodeAddress, ["type"])),
  daemonEndpoints: optional(6, NodeDaemonEndpoints),
  nodeInfo: optional(7, NodeSystemInfo),
  images: optional(8, list(ContainerImage)),
  volumesInUse: optional(9, list(string)),
  volumesAttached: optional(10, list(AttachedVolume)),
  config: optional(11, NodeConfigStatus),
  runtimeHandlers: optional(12, list(NodeRuntimeHandler)),
  features: optional(13, NodeFeatures),
  declaredFeatures: optional(14, list(string)),
}) {}
