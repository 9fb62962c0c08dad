import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as old from "./stateful-set/old-versions.ts";
import * as spec from "./stateful-set/spec.ts";
import { StatefulSet } from "./stateful-set.ts";

const metadata = "Name, namespace, labels, annotations.";

const ofStatefulSet = {
  "": "Keeps pods running that each have a name and storage of their own, and keep both when they are made anew.",
  metadata,
  spec: "Which pods shall run, and with which storage.",
  status: "How many do.",
};
const ofSpec = {
  "": "Which pods shall run, and with which storage.",
  replicas: "How many.",
  selector: "The labels by which it knows its pods. It can't be changed, and the template must have them.",
  template: "What they are made from. Each is called by the StatefulSet's name and its number.",
  volumeClaimTemplates: "Claims that every pod gets for itself, as volumes of these names. They can't be changed.",
  serviceName: "The headless Service by which each pod has a name in DNS. It can't be changed.",
  podManagementPolicy: "OrderedReady: one pod after another, in the order of their numbers. Parallel: all at once.",
  updateStrategy: "How pods of an older template make way.",
  revisionHistoryLimit: "How many old ControllerRevisions are kept to go back to.",
  minReadySeconds: "How long, in seconds, a pod must have been ready to count as available.",
  persistentVolumeClaimRetentionPolicy: "What becomes of the claims of pods that are no longer wanted.",
  ordinals: "Which numbers the pods have.",
};
export const statefulSetDocs: readonly Documented[] = [
  documented(StatefulSet, ofStatefulSet),
  documented(spec.StatefulSetSpec, ofSpec),
  documented(spec.StatefulSetUpdateStrategy, {
    "": "How pods of an older template make way.",
    type: "RollingUpdate: from the highest number down. OnDelete: a pod is made anew when somebody deletes it.",
    rollingUpdate: "Which ones, and how many at a time.",
  }),
  documented(spec.RollingUpdateStatefulSetStrategy, {
    "": "Which pods are made anew, and how many at a time.",
    partition: "Pods with lower numbers stay as they are.",
    maxUnavailable: "So many pods may be missing, as a number or as a share of those wanted; rounded up.",
  }),
  documented(spec.StatefulSetPersistentVolumeClaimRetentionPolicy, {
    "": "What becomes of the claims of pods that are no longer wanted.",
    whenDeleted: "When the StatefulSet is deleted. Retain: they stay. Delete: they go with it.",
    whenScaled: "When there are to be fewer pods. Retain: they stay. Delete: those of the pods that go, go too.",
  }),
  documented(spec.StatefulSetOrdinals, {
    "": "Which numbers the pods have.",
    start: "That of the first one.",
  }),
  documented(spec.StatefulSetStatus, {
    "": "How many pods run.",
    observedGeneration: "The generation that this status is about.",
    replicas: "All of its pods.",
    readyReplicas: "Those that are ready.",
    currentReplicas: "Those made from the template of currentRevision.",
    updatedReplicas: "Those made from the template of updateRevision.",
    currentRevision: "The ControllerRevision that pods were made from before.",
    updateRevision: "The ControllerRevision that pods are made from now.",
    collisionCount: "How often the name of a new ControllerRevision was taken.",
    conditions: "What else there is to say of it, one condition a type.",
    availableReplicas: "Those that have been ready for minReadySeconds.",
  }),
  documented(spec.StatefulSetCondition, {
    "": "Something that holds of a StatefulSet, or doesn't.",
    type: "What it is about.",
    status: "True, False or Unknown.",
    lastTransitionTime: "When the status last changed.",
    reason: "Why, in one word.",
    message: "Why, in a sentence.",
  }),

  documented(old.StatefulSetV1beta2, ofStatefulSet),
  documented(old.StatefulSetV1beta1, ofStatefulSet),
  documented(old.StatefulSetSpecV1beta1, ofSpec),
];
