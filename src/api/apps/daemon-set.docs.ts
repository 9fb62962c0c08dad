import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { conditionDocs } from "../meta/condition.docs.ts";
import * as oldRevisions from "./controller-revision/old-versions.ts";
import { ControllerRevision } from "./controller-revision.ts";
import * as old from "./daemon-set/old-versions.ts";
import * as spec from "./daemon-set/spec.ts";
import { DaemonSet } from "./daemon-set.ts";

const ofDaemonSet = {
  "": "Keeps one pod running on every node, or on every node that its pod may run on.",
  metadata:
    "Its name is the beginning of those of its pods; the label controller-revision-hash tells of which template each is.",
  spec: "What the pod of each node is made from, and how it is replaced.",
  status: "On how many nodes its pod should run, does, and is ready.",
};
const ofSpec = {
  "": "Which pod shall run on the nodes, and how it is replaced.",
  selector: "The labels by which it knows its pods. It can't be changed, and the template must have them.",
  template: "What the pods are made from. Its node selector, affinity and tolerations say on which nodes.",
  updateStrategy: "Whether pods are replaced by themselves when the template changes, and on how many nodes at a time.",
  minReadySeconds:
    "How long, in seconds, a pod must have been ready to count as available; 0, at once, where left out.",
  revisionHistoryLimit: "How many old ControllerRevisions are kept to go back to; 10 where left out, 0 none.",
};
const ofStrategy = {
  "": "How pods of an older template make way.",
  type: "RollingUpdate, also where left out: some nodes at a time. OnDelete: a node gets its new pod when somebody deletes the old one.",
  rollingUpdate: "For RollingUpdate: on how many nodes at a time.",
};
const ofRevision = {
  "": "What a DaemonSet or StatefulSet once wanted, kept to go back to.",
  metadata: "Its name is that of its owner and a hash of what is kept.",
  data: "That past, as its owner writes it. It never changes.",
  revision: "Which one it is; the highest is the newest.",
};
export const daemonSetDocs: readonly Documented[] = [
  documented(DaemonSet, ofDaemonSet),
  documented(spec.DaemonSetSpec, ofSpec),
  documented(spec.DaemonSetUpdateStrategy, ofStrategy),
  documented(spec.RollingUpdateDaemonSet, {
    "": "On how many nodes pods are replaced at a time, as numbers or as shares of the nodes that should run one.",
    maxUnavailable:
      "So many nodes may be without an available pod; rounded up, 1 where left out. 0 where maxSurge isn't.",
    maxSurge:
      "So many nodes may run the old and the new pod together; rounded up, 0 where left out. 0 where maxUnavailable isn't.",
  }),
  documented(spec.DaemonSetStatus, {
    "": "On how many nodes the pod runs.",
    currentNumberScheduled: "Nodes that run it and should.",
    numberMisscheduled: "Nodes that run it and shouldn't.",
    desiredNumberScheduled: "Nodes that should run it.",
    numberReady: "Nodes that should run it and have one that is ready.",
    observedGeneration: "The generation that this status is about.",
    updatedNumberScheduled: "Nodes whose pod was made from the present template.",
    numberAvailable: "Nodes whose pod has been ready for minReadySeconds.",
    numberUnavailable: "Nodes that should have an available pod and haven't.",
    collisionCount: "How often the name of a new ControllerRevision was taken.",
    conditions: "What else there is to say of the DaemonSet, one entry a type; nothing writes any so far.",
  }),
  documented(spec.DaemonSetCondition, {
    "": "Something that holds of a DaemonSet, or doesn't.",
    type: "What it is about; nothing writes such conditions so far.",
    ...conditionDocs("the DaemonSet"),
  }),
  documented(ControllerRevision, ofRevision),

  documented(old.DaemonSetV1beta2, ofDaemonSet),
  documented(old.ExtensionsDaemonSet, ofDaemonSet),
  documented(old.ExtensionsDaemonSetSpec, {
    ...ofSpec,
    templateGeneration: "Counts the changes of the template. The server alone writes it.",
  }),
  documented(old.ExtensionsDaemonSetUpdateStrategy, ofStrategy),
  documented(oldRevisions.ControllerRevisionV1beta2, ofRevision),
  documented(oldRevisions.ControllerRevisionV1beta1, ofRevision),
];
