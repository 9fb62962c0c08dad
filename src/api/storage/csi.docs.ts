import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { CSIDriverSpec, TokenRequest } from "./csi-driver/spec.ts";
import { CSIDriver } from "./csi-driver.ts";
import { CSINodeDriver, CSINodeSpec, VolumeNodeResources } from "./csi-node/spec.ts";
import { CSINode } from "./csi-node.ts";
import { CSIStorageCapacity } from "./csi-storage-capacity.ts";
import {
  VolumeAttachmentSource,
  VolumeAttachmentSpec,
  VolumeAttachmentStatus,
  VolumeError,
} from "./volume-attachment/spec.ts";
import { VolumeAttachment } from "./volume-attachment.ts";
import { VolumeAttributesClass } from "./volume-attributes-class.ts";

export const csiDocs: readonly Documented[] = [
  documented(CSIDriver, {
    "": "Says how nodes and controllers deal with the volumes of a CSI driver.",
    metadata: "Its name is what the driver calls itself.",
    spec: "What the driver needs and can do.",
  }),
  documented(CSIDriverSpec, {
    "": "What a driver needs and can do.",
    attachRequired: "Whether a volume is attached to a node before it is mounted there. It can't be changed.",
    podInfoOnMount: "Whether the driver is told for which pod it mounts: name, namespace, uid, service account.",
    volumeLifecycleModes:
      "Persistent: volumes of claims. Ephemeral: volumes that live with their pod. It can't be changed.",
    storageCapacity:
      "Whether pods wait until the driver says, in CSIStorageCapacities, that there is room for their volumes.",
    fsGroupPolicy:
      "Whether files are given to the pod's fsGroup: by ReadWriteOnceWithFSType those of volumes for one node, by File always, by None never.",
    tokenRequests: "Tokens of the pod's service account that the driver is given when it mounts.",
    requiresRepublish:
      "Whether the driver is asked again and again to mount what is mounted, such as for fresh tokens.",
    seLinuxMount:
      "Whether the driver mounts with the SELinux label of the pod, instead of files being labelled one by one.",
    nodeAllocatableUpdatePeriodSeconds:
      "How often, in seconds, the node asks the driver how many volumes it can have; at least 10. Only once where left out.",
    serviceAccountTokenInSecrets: "Whether the tokens are handed over as secrets, which drivers don't log.",
    preventPodSchedulingIfMissing: "Whether pods with its volumes stay away from nodes that don't have the driver.",
  }),
  documented(TokenRequest, {
    "": "A token that a driver is given.",
    audience: "For whom it is; the API server itself where empty.",
    expirationSeconds: "How long it is good for, in seconds: from ten minutes on.",
  }),
  documented(CSINode, {
    "": "The CSI drivers of a node, as the node itself tells. It is named after the node.",
    metadata: "Its name is the node's.",
    spec: "The drivers that run on it.",
  }),
  documented(CSINodeSpec, {
    "": "The drivers of a node.",
    drivers: "One entry for each driver, by its name.",
  }),
  documented(CSINodeDriver, {
    "": "A driver of a node.",
    name: "Which driver: what it calls itself.",
    nodeID: "What the driver calls the node.",
    topologyKeys: "The labels by which the driver tells where the node stands.",
    allocatable: "How much of it the node can have.",
  }),
  documented(VolumeNodeResources, {
    "": "How much of a driver a node can have.",
    count: "How many of its volumes; any number where left out.",
  }),
  documented(CSIStorageCapacity, {
    "": "How much room a driver has for volumes of a class at some place. The driver writes it and the scheduler reads it.",
    metadata: "Any name: drivers make one up.",
    nodeTopology: "From which nodes that room can be reached. It can't be changed.",
    storageClassName: "The class. It can't be changed.",
    capacity: "How much room there is in all.",
    maximumVolumeSize: "The largest volume that fits.",
  }),
  documented(VolumeAttachment, {
    "": "A wish that a volume be attached to a node, or be gone from it once this object is deleted.",
    metadata: "Any name: whoever attaches volumes makes one up.",
    spec: "Which volume, to which node. It can't be changed.",
    status: "How far the driver has come.",
  }),
  documented(VolumeAttachmentSpec, {
    "": "Which volume is attached to which node.",
    attacher: "The driver that does it.",
    source: "Which volume shall be attached.",
    nodeName: "To which node it shall be attached.",
  }),
  documented(VolumeAttachmentSource, {
    "": "A volume: exactly one of these.",
    persistentVolumeName: "A volume of the cluster, as claims are bound to one.",
    inlineVolumeSpec: "A volume that has no object of its own.",
  }),
  documented(VolumeAttachmentStatus, {
    "": "How far a driver has come.",
    attached: "Whether the volume is there.",
    attachmentMetadata: "What the driver needs to know again when it mounts.",
    attachError: "What went wrong last when it attached.",
    detachError: "What went wrong last when it detached.",
  }),
  documented(VolumeError, {
    "": "What went wrong, and when.",
    time: "When it went wrong.",
    message: "What, in the driver's words.",
    errorCode: "The number of the gRPC status that the driver answered with.",
  }),
  documented(VolumeAttributesClass, {
    "": "Attributes that a volume can have, and get later by another class, such as how fast it is.",
    metadata: "Name by which claims ask for it.",
    driverName: "The driver that knows them. It can't be changed.",
    parameters: "The attributes. They can't be changed.",
  }),
];
