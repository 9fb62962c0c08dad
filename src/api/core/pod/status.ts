import {
  boolean,
  defaulted,
  int32,
  int64,
  list,
  listMap,
  map,
  object,
  optional,
  present,
  quantity,
  set,
  string,
  time,
} from "#machinery/schema.ts";
import { ResourceRequirements } from "./container.ts";

export class ContainerExtendedResourceRequest extends object("io.k8s.api.core.v1.ContainerExtendedResourceRequest", {
  containerName: present(1, string),
  resourceName: present(2, string),
  requestName: present(3, string),
}) {}

export class ContainerStateRunning extends object("io.k8s.api.core.v1.ContainerStateRunning", {
  startedAt: optional(1, time),
}) {}

export class ContainerStateTerminated extends object("io.k8s.api.core.v1.ContainerStateTerminated", {
  exitCode: present(1, int32()),
  signal: optional(2, int32()),
  reason: optional(3, string),
  message: optional(4, string),
  startedAt: optional(5, time),
  finishedAt: optional(6, time),
  containerID: optional(7, string),
}) {}

export class ContainerStateWaiting extends object("io.k8s.api.core.v1.ContainerStateWaiting", {
  reason: optional(1, string),
  message: optional(2, string),
}) {}

export class ContainerState extends object("io.k8s.api.core.v1.ContainerState", {
  waiting: optional(1, ContainerStateWaiting),
  running: optional(2, ContainerStateRunning),
  terminated: optional(3, ContainerStateTerminated),
}) {}

export class ResourceHealth extends object("io.k8s.api.core.v1.ResourceHealth", {
  resourceID: present(1, string),
  health: optional(2, string),
  message: optional(6, string, { zero: "counts" }),
}) {}

export class ResourceStatus extends object("io.k8s.api.core.v1.ResourceStatus", {
  name: present(1, string),
  resources: optional(2, listMap(ResourceHealth, ["resourceID"], { patch: false })),
}) {}

export class LinuxContainerUser extends object("io.k8s.api.core.v1.LinuxContainerUser", {
  uid: present(1, int64()),
  gid: present(2, int64()),
  supplementalGroups: optional(3, list(int64())),
}) {}

export class ContainerUser extends object("io.k8s.api.core.v1.ContainerUser", {
  linux: optional(1, LinuxContainerUser),
}) {}

export class ImageVolumeStatus extends object("io.k8s.api.core.v1.ImageVolumeStatus", {
  imageRef: present(1, string),
}) {}

export class VolumeStatus extends object("io.k8s.api.core.v1.VolumeStatus", {
  image: optional(1, ImageVolumeStatus),
}) {}

export class VolumeMountStatus extends object("io.k8s.api.core.v1.VolumeMountStatus", {
  name: present(1, string),
  mountPath: present(2, string),
  readOnly: optional(3, boolean),
  recursiveReadOnly: optional(4, string, { zero: "counts" }),
  volumeStatus: optional(5, VolumeStatus),
}) {}

export class ContainerStatus extends object("io.k8s.api.core.v1.ContainerStatus", {
  name: present(1, string),
  state: defaulted(2, ContainerState, {}),
  lastState: defaulted(3, ContainerState, {}),
  ready: present(4, boolean),
  restartCount: present(5, int32()),
  image: present(6, string),
  imageID: present(7, string),
  containerID: optional(8, string),
  started: optional(9, boolean, { zero: "counts" }),
  allocatedResources: optional(10, map(quantity)),
  resources: optional(11, ResourceRequirements),
  volumeMounts: optional(12, listMap(VolumeMountStatus, ["mountPath"])),
  user: optional(13, ContainerUser),
  allocatedResourcesStatus: optional(14, listMap(ResourceStatus, ["name"])),
  stopSignal: optional(15, string, { zero: "counts" }),
}) {}

export class HostIP extends object("io.k8s.api.core.v1.HostIP", {
  ip: present(1, string),
}) {}

export class NodeAllocatableResourceClaimStatus extends object(
  "io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus",
  {
    resourceClaimName: present(1, string),
    containers: optional(2, set(string, { patch: false })),
  },
) {}

export class PodCondition extends object("io.k8s.api.core.v1.PodCondition", {
  type: present(1, string),
  status: present(2, string),
  lastProbeTime: optional(3, time),
  lastTransitionTime: optional(4, time),
  reason: optional(5, string),
  message: optional(6, string),
  observedGeneration: optional(7, int64()),
}) {}

export class PodExtendedResourceClaimStatus extends object("io.k8s.api.core.v1.PodExtendedResourceClaimStatus", {
  requestMappings: present(1, list(ContainerExtendedResourceRequest)),
  resourceClaimName: present(2, string),
}) {}

export class PodIP extends object("io.k8s.api.core.v1.PodIP", {
  ip: present(1, string),
}) {}

export class PodResourceClaimStatus extends object("io.k8s.api.core.v1.PodResourceClaimStatus", {
  name: present(1, string),
  resourceClaimName: optional(2, string, { zero: "counts" }),
}) {}

export class PodStatus extends object("io.k8s.api.core.v1.PodStatus", {
  phase: optional(1, string),
  conditions: optional(2, listMap(PodCondition, ["type"])),
  message: optional(3, string),
  reason: optional(4, string),
  hostIP: optional(5, string),
  podIP: optional(6, string),
  startTime: optional(7, time),
  containerStatuses: optional(8, list(ContainerStatus)),
  qosClass: optional(9, string),
  initContainerStatuses: optional(10, list(ContainerStatus)),
  nominatedNodeName: optional(11, string),
  podIPs: optional(12, listMap(PodIP, ["ip"])),
  ephemeralContainerStatuses: optional(13, list(ContainerStatus)),
  resize: optional(14, string),
  resourceClaimStatuses: optional(15, listMap(PodResourceClaimStatus, ["name"])),
  hostIPs: optional(16, list(HostIP, { patchKey: "ip" })),
  observedGeneration: optional(17, int64()),
  extendedResourceClaimStatus: optional(18, PodExtendedResourceClaimStatus),
  allocatedResources: optional(19, map(quantity)),
  resources: optional(20, ResourceRequirements),
  nodeAllocatableResourceClaimStatuses: optional(21, list(NodeAllocatableResourceClaimStatus)),
}) {}
