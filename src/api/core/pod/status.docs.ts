import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { conditionDocs } from "../../meta/condition.docs.ts";
import * as status from "./status.ts";

export const podStatusDocs: readonly Documented[] = [
  documented(status.PodStatus, {
    "": "How a pod is, as the agent of its node tells; what the server wishes stands in spec.",
    phase:
      "The short of it. Pending: not all containers have started. Running: they have. Succeeded and Failed: all have ended for good. Unknown: its node says nothing.",
    conditions: "What is so of it: PodScheduled, Initialized, ContainersReady, Ready, and others.",
    message: "Why it is in this phase, in a sentence for people.",
    reason: "Why it is in this phase, in one word, as in Evicted.",
    hostIP: "The address of its node; empty until it has one.",
    hostIPs: "The addresses of its node, at most one of each family; the first is hostIP.",
    podIP: "Its own address inside the cluster; empty until it has one.",
    podIPs: "Its own addresses, at most one of each family; the first is podIP.",
    startTime: "When its node took it on, before any image was fetched.",
    initContainerStatuses: "How its init containers are, in the order in which they run.",
    containerStatuses: "How its containers are, one entry for each.",
    ephemeralContainerStatuses: "How the containers are that were added to look into it.",
    qosClass:
      "Who has to go first when memory runs out. BestEffort first, which asks for nothing; then Burstable; Guaranteed last, whose limits are its requests.",
    nominatedNodeName:
      "The node that is being cleared for it by ending pods of lower priority; it may still get another one.",
    resize:
      "How far a change of its resources has come; the conditions PodResizePending and PodResizeInProgress tell it now.",
    resourceClaimStatuses: "Which ResourceClaims stand for those that its spec names.",
    observedGeneration: "The metadata.generation that this status answers to.",
    extendedResourceClaimStatus: "The ResourceClaim that was made for resources which drivers provide as devices.",
    allocatedResources: "What its node has set aside for the pod as a whole.",
    resources: "What the pod as a whole asks for and may have at most, as its node now holds it to.",
    nodeAllocatableResourceClaimStatuses: "How much of its node's cpu and memory its ResourceClaims take.",
  }),
  documented(status.PodCondition, {
    "": "Something that is so of a pod, or isn't, and since when.",
    type: "PodScheduled, Initialized, ContainersReady, Ready, DisruptionTarget and the like, or one that a readiness gate asks for.",
    lastProbeTime: "When it was last looked at; hardly anything fills it in.",
    observedGeneration: "The metadata.generation by which it was judged.",
    ...conditionDocs("the pod"),
  }),
  documented(status.ContainerStatus, {
    "": "How one container of a pod is.",
    name: "Which container of the pod it is.",
    state: "How it is now: waiting, running or terminated.",
    lastState: "How it ended the time before, where it was started again.",
    ready: "Whether it counts as ready: it runs, and its readiness probe, if any, succeeds.",
    restartCount: "How often it was started again. Old runs that were cleared away may be missing.",
    image: "The image that runs, by the name that the runtime resolved.",
    imageID: "The image that runs, by its digest.",
    containerID: "What the runtime calls it: TYPE://ID.",
    started: "Whether it has passed its startup probe, or needs none; until then the other probes wait.",
    allocatedResources: "What its node has set aside for it.",
    resources: "What it asks for and may have at most, as its node now holds it to.",
    volumeMounts: "Where its volumes are mounted, and how.",
    user: "As whom its first program began.",
    allocatedResourcesStatus: "Whether the devices that it was given are well.",
    stopSignal: "The signal that ends it; the runtime's own, mostly SIGTERM, where left out.",
  }),
  documented(status.ContainerState, {
    "": "How a container is: exactly one of these. Waiting where none is told.",
    waiting: "It doesn't run yet, or not again yet.",
    running: "It runs, since a certain moment.",
    terminated: "It has ended, and how.",
  }),
  documented(status.ContainerStateWaiting, {
    "": "Why a container doesn't run yet.",
    reason: "Why it waits, in one word, as in CrashLoopBackOff or ErrImagePull.",
    message: "Why it waits, in a sentence for people.",
  }),
  documented(status.ContainerStateRunning, {
    "": "Since when a container runs.",
    startedAt: "When it was started, or started again, last.",
  }),
  documented(status.ContainerStateTerminated, {
    "": "How a container ended.",
    exitCode: "What its first program returned: 0 is a success; 128 and a signal's number where that ended it.",
    signal: "The number of the signal that ended it, where the runtime tells.",
    reason: "Why it ended, in one word, as in Completed, Error or OOMKilled.",
    message: "Its last words: what it wrote to terminationMessagePath, or the end of its log.",
    startedAt: "When this run of it began.",
    finishedAt: "When this run of it ended.",
    containerID: "What the runtime called this run of it: TYPE://ID.",
  }),
  documented(status.VolumeMountStatus, {
    "": "How a volume is mounted in a container.",
    name: "Which volume of the pod it is.",
    mountPath: "The folder of the container where it is.",
    readOnly: "Whether the container can only read it.",
    recursiveReadOnly: "Whether mounts below it are read-only too: Enabled, Disabled, or IfPossible as it was asked.",
    volumeStatus: "What there is to say of the volume itself, by its kind.",
  }),
  documented(status.VolumeStatus, {
    "": "What there is to say of a volume that is mounted, by its kind.",
    image: "Of a volume that is the content of an image.",
  }),
  documented(status.ImageVolumeStatus, {
    "": "Which image a volume shows.",
    imageRef: "The image by its digest.",
  }),
  documented(status.ContainerUser, {
    "": "As whom the first program of a container began; it may have become somebody else.",
    linux: "The user and groups, on a node of Linux.",
  }),
  documented(status.LinuxContainerUser, {
    "": "User and groups of a container's first program.",
    uid: "The user id that it began with.",
    gid: "The group id that it began with.",
    supplementalGroups: "The further groups that it was in.",
  }),
  documented(status.ResourceStatus, {
    "": "Whether the devices of one kind that a container was given are well.",
    name: "The resource, as in example.com/gpu; claim:NAME/REQUEST for a ResourceClaim.",
    resources: "Each device, and whether it is well.",
  }),
  documented(status.ResourceHealth, {
    "": "Whether one device is well.",
    resourceID: "The device, by the name that its driver gives it.",
    health: "Healthy, Unhealthy, or Unknown where its driver is silent.",
    message: "What is wrong with the device, in a sentence for people.",
  }),
  documented(status.PodIP, {
    "": "One of a pod's addresses.",
    ip: "The address inside the cluster, IPv4 or IPv6.",
  }),
  documented(status.HostIP, {
    "": "One of the addresses of a pod's node.",
    ip: "The node's address, IPv4 or IPv6.",
  }),
  documented(status.PodResourceClaimStatus, {
    "": "Which ResourceClaim stands for one that a pod's spec names.",
    name: "What the pod's spec.resourceClaims calls it.",
    resourceClaimName: "The ResourceClaim that was made for it; none was needed where left out.",
  }),
  documented(status.PodExtendedResourceClaimStatus, {
    "": "The ResourceClaim that was made for a pod's extended resources.",
    requestMappings: "Which request of the claim is which resource of which container.",
    resourceClaimName: "The ResourceClaim, in the pod's namespace.",
  }),
  documented(status.ContainerExtendedResourceRequest, {
    "": "A resource of a container, and the request of a ResourceClaim that stands for it.",
    containerName: "The container that asks.",
    resourceName: "The resource that it asks for, as in example.com/gpu.",
    requestName: "The request in the claim that stands for it.",
  }),
  documented(status.NodeAllocatableResourceClaimStatus, {
    "": "A ResourceClaim that takes some of its node's cpu or memory.",
    resourceClaimName: "The ResourceClaim, in the pod's namespace.",
    containers: "The containers that use it.",
  }),
];
