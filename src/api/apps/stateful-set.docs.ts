import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { conditionDocs } from "../meta/condition.docs.ts";
import * as old from "./stateful-set/old-versions.ts";
import * as spec from "./stateful-set/spec.ts";
import { StatefulSet } from "./stateful-set.ts";

const ofStatefulSet = {
  "": "Keeps pods running that each have a name and storage of their own, and keep both when they are made anew.",
  metadata: "Its name, with a number, is the name of each of its pods.",
  spec: "What the pods are made from, how many there shall be, and which claims each of them gets.",
  status: "How many of its pods are there, ready, and of which revision.",
};
const ofSpec = {
  "": "Which pods shall run, and with which storage.",
  replicas: "How many pods shall run; 1 where left out, 0 none. The highest numbers go first.",
  selector: "The labels by which it knows its pods. It can't be changed, and the template must have them.",
  template: "What the pods are made from. Each is called by the StatefulSet's name and its number.",
  volumeClaimTemplates: "Claims that every pod gets for itself, as volumes of these names. They can't be changed.",
  serviceName: "The headless Service by which each pod has a name in DNS. It can't be changed.",
  podManagementPolicy:
    "OrderedReady, also where left out: one pod after another, in the order of their numbers. Parallel: all at once.",
  updateStrategy: "Whether pods are made anew by themselves when the template changes, and which.",
  revisionHistoryLimit: "How many old ControllerRevisions are kept to go back to; 10 where left out, 0 none.",
  minReadySeconds:
    "How long, in seconds, a pod must have been ready to count as available; 0, at once, where left out.",
  persistentVolumeClaimRetentionPolicy:
    "Whether claims go when there are to be fewer pods, or none; they stay where left out.",
  ordinals: "The number with which the pods begin to be counted; 0 where left out.",
};
export const statefulSetDocs: readonly Documented[] = [
  documented(StatefulSet, ofStatefulSet),
  documented(spec.StatefulSetSpec, ofSpec),
  documented(spec.StatefulSetUpdateStrategy, {
    "": "How pods of an older template make way.",
    type: "RollingUpdate, also where left out: from the highest number down. OnDelete: a pod is made anew when somebody deletes it.",
    rollingUpdate: "For RollingUpdate: which pods are made anew, and how many at a time.",
  }),
  documented(spec.RollingUpdateStatefulSetStrategy, {
    "": "Which pods are made anew, and how many at a time.",
    partition: "Pods with lower numbers stay as they are, to try a template on the others first; 0 where left out.",
    maxUnavailable:
      "So many pods may be missing, as a number or as a share of those wanted; rounded up, 1 where left out.",
  }),
  documented(spec.StatefulSetPersistentVolumeClaimRetentionPolicy, {
    "": "What becomes of the claims of pods that are no longer wanted.",
    whenDeleted: "When the StatefulSet is deleted. Retain, also where left out: they stay. Delete: they go with it.",
    whenScaled:
      "When there are to be fewer pods. Retain, also where left out: they stay. Delete: those of the pods that go, go too.",
  }),
  documented(spec.StatefulSetOrdinals, {
    "": "Which numbers the pods have.",
    start: "The number of the first pod; 0 where left out.",
  }),
  documented(spec.StatefulSetStatus, {
    "": "How many pods run.",
    observedGeneration: "The generation that this status is about.",
    replicas: "How many pods it has.",
    readyReplicas: "How many of its pods are ready.",
    currentReplicas: "How many of its pods are of currentRevision.",
    updatedReplicas: "How many of its pods are of updateRevision.",
    currentRevision: "The ControllerRevision that pods were made from before.",
    updateRevision: "The ControllerRevision that pods are made from now.",
    collisionCount: "How often the name of a new ControllerRevision was taken.",
    conditions: "What else there is to say of the set, one entry a type; nothing writes any so far.",
    availableReplicas: "How many of its pods have been ready for minReadySeconds.",
  }),
  documented(spec.StatefulSetCondition, {
    "": "Something that holds of a StatefulSet, or doesn't.",
    type: "What it is about; nothing writes such conditions so far.",
    ...conditionDocs("the StatefulSet"),
  }),

  documented(old.StatefulSetV1beta2, ofStatefulSet),
  documented(old.StatefulSetV1beta1, ofStatefulSet),
  documented(old.StatefulSetSpecV1beta1, ofSpec),
];
