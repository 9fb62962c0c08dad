import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { conditionDocs } from "../../meta/condition.docs.ts";
import * as status from "./status.ts";

export const nodeStatusDocs: readonly Documented[] = [
  documented(status.NodeStatus, {
    "": "What a node has, where it is reached, and how it is.",
    capacity: "All that the machine has: cpu in cores, memory in bytes, how many pods, and so on.",
    allocatable: "What of its capacity pods may have; the rest is for the system.",
    phase: "Once how far its set-up had come; nothing fills it in any more.",
    conditions: "Whether it is Ready, and whether it lacks memory, disk space or process numbers.",
    addresses: "By which addresses and names it is reached, each with its type.",
    daemonEndpoints: "Ports at which its own programs answer.",
    nodeInfo: "Which machine, kernel and programs it is made of.",
    images: "Images that lie ready on it, the largest first; at most 50 are told.",
    volumesInUse: "Volumes that its pods have mounted; they aren't taken off the machine meanwhile.",
    volumesAttached: "Volumes that are attached to the machine, and where.",
    config: "How far settings out of the cluster had come; nothing fills it in any more.",
    runtimeHandlers: "The ways in which its runtime can run containers, and what each can do.",
    features: "What its runtime can do in every way of running.",
    declaredFeatures: "Features of Kubernetes that its agent has and says so, for schedulers that ask.",
  }),
  documented(status.NodeCondition, {
    "": "Something that is so of a node, or isn't.",
    type: "Ready, MemoryPressure, DiskPressure, PIDPressure or NetworkUnavailable.",
    lastHeartbeatTime: "When the node's agent last told it, changed or not.",
    ...conditionDocs("the node"),
  }),
  documented(status.NodeAddress, {
    "": "An address or name by which a node is reached.",
    type: "InternalIP, ExternalIP, Hostname, InternalDNS or ExternalDNS.",
    address: "The address, or the name, itself.",
  }),
  documented(status.NodeDaemonEndpoints, {
    "": "Where programs of a node answer.",
    kubeletEndpoint: "Where its agent answers: logs and commands of pods go there.",
  }),
  documented(status.DaemonEndpoint, {
    "": "A port of a program of the node.",
    Port: "Its number, on the node's addresses. 0 where nothing listens.",
  }),
  documented(status.NodeSystemInfo, {
    "": "Which machine, kernel and programs a node is made of.",
    machineID: "Which installation it is, as /etc/machine-id says.",
    systemUUID: "What the machine's firmware (SMBIOS) says that it is.",
    bootID: "Another one after each boot of the machine.",
    kernelVersion: "As uname -r says it, as in 6.1.0-18-amd64.",
    osImage: "The system's own name, out of /etc/os-release.",
    containerRuntimeVersion: "The program that runs containers and its version, as in containerd://1.7.2.",
    kubeletVersion: "The version of the node's agent.",
    kubeProxyVersion: "Once the version of the service proxy; nothing fills it in any more.",
    operatingSystem: "The system's family: linux or windows.",
    architecture: "The processor's kind in Go's words, as in amd64 or arm64.",
    swap: "How much swap space the machine has.",
  }),
  documented(status.NodeSwapStatus, {
    "": "The swap space of a machine.",
    capacity: "How much there is in all, in bytes.",
  }),
  documented(status.ContainerImage, {
    "": "An image that lies ready on a node.",
    names: "All names by which it is known there, with tags and with digests.",
    sizeBytes: "The room that it takes, in bytes.",
  }),
  documented(status.AttachedVolume, {
    "": "A volume that is attached to a machine.",
    name: "The volume, by the name that its plugin gives it.",
    devicePath: "The device that it is there, as in /dev/sdb.",
  }),
  documented(status.NodeConfigStatus, {
    "": "How far settings out of the cluster had come on a node. Kubernetes gave this up in 1.24.",
    assigned: "The settings that the node is to try.",
    active: "The settings that it runs with.",
    lastKnownGood: "The settings that it goes back to where those assigned fail.",
    error: "Why it couldn't take those assigned.",
  }),
  documented(status.NodeRuntimeHandler, {
    "": "One way in which a node's runtime can run containers.",
    name: "What a RuntimeClass calls it; empty for the usual one.",
    features: "What this way of running can do.",
  }),
  documented(status.NodeRuntimeHandlerFeatures, {
    "": "What one way of running containers can do.",
    recursiveReadOnlyMounts: "Whether mounts below a read-only mount can be made read-only too.",
    userNamespaces: "Whether containers can have user ids of their own (hostUsers: false).",
  }),
  documented(status.NodeFeatures, {
    "": "What a node's runtime can do in every way of running containers.",
    supplementalGroupsPolicy: "Whether pods may say by supplementalGroupsPolicy which groups they get.",
  }),
];
