import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as parts from "./persistent-volume-claim/spec.ts";
import { PersistentVolumeClaim } from "./persistent-volume-claim.ts";
import * as template from "./pod/claim-template.ts";

export const persistentVolumeClaimDocs: readonly Documented[] = [
  documented(PersistentVolumeClaim, {
    "": "Asks for storage that outlives the pods that mount it.",
    metadata: "Name by which pods of its namespace mount it.",
    spec: "How much storage is asked for, of which class, and how it will be mounted.",
    status: "Which storage it has got.",
  }),
  documented(parts.PersistentVolumeClaimSpec, {
    "": "What storage is asked for.",
    accessModes:
      "How it will be mounted: ReadWriteOnce by one node, ReadOnlyMany and ReadWriteMany by many, ReadWriteOncePod by a single pod.",
    resources: "How much there must be.",
    volumeName: "The volume that it is bound to; whoever fills it in chooses that volume.",
    selector: "Only volumes with these labels will do.",
    storageClassName: 'Who makes the volume. The default class where left out; "" wants a volume that exists already.',
    volumeMode: "Filesystem, also where left out, or Block: the raw device.",
    dataSource: "A snapshot or another claim that the volume is filled from.",
    dataSourceRef: "The same, of any kind and perhaps of another namespace.",
    volumeAttributesClassName: "Which changeable attributes, such as its speed, the volume is to have.",
  }),
  documented(parts.VolumeResourceRequirements, {
    "": "How much storage a volume must have.",
    limits: "At most so much.",
    requests: "At least so much: an entry called storage, as in 10Gi.",
  }),
  documented(parts.PersistentVolumeClaimStatus, {
    "": "Which storage a claim has got.",
    phase: "Pending: none yet. Bound: it has a volume. Lost: its volume is gone.",
    accessModes: "How its volume may be mounted.",
    capacity: "How large its volume is.",
    conditions: "What is being done with its volume, such as making it larger.",
    allocatedResources: "How large it is being made; it stays until that has ended, well or not.",
    allocatedResourceStatuses: "How far the volume's growth has come, for each resource.",
    currentVolumeAttributesClassName: "The attributes that its volume has now.",
    modifyVolumeStatus: "How far a change of its attributes has come.",
  }),
  documented(parts.PersistentVolumeClaimCondition, {
    "": "Something that is being done with the claim's volume.",
    type: "Resizing, FileSystemResizePending and the like.",
    status: "Whether it holds: True, False or Unknown.",
    lastProbeTime: "When it was looked at last.",
    lastTransitionTime: "When the status of this condition changed last.",
    reason: "Why it came to be so, in one word for programs.",
    message: "Why it came to be so, in a sentence for people.",
  }),
  documented(parts.ModifyVolumeStatus, {
    "": "How far a change of a volume's attributes has come.",
    targetVolumeAttributesClassName: "The attributes that it shall have.",
    status: "Pending: not begun. InProgress. Infeasible: the storage can't do it.",
  }),
  documented(template.PersistentVolumeClaimTemplate, {
    "": "What a claim is made from that lives as long as its pod.",
    metadata: "Labels and annotations of the claim that is made.",
    spec: "What storage the claim asks for.",
  }),
  documented(template.EphemeralVolumeSource, {
    "": "Storage with a claim of its own that comes and goes with the pod.",
    volumeClaimTemplate: "What that claim is made from; its name is that of the pod and of the volume.",
  }),
  documented(template.PersistentVolumeClaimVolumeSource, {
    "": "The storage that a claim of the pod's namespace has got.",
    claimName: "The claim, which must be in the pod's namespace.",
    readOnly: "Whether all mounts of it are read-only.",
  }),
];
