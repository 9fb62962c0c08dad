import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { conditionDocs } from "../meta/condition.docs.ts";
import { PodTemplate } from "./pod-template.ts";
import * as spec from "./replication-controller/spec.ts";
import { ReplicationController } from "./replication-controller.ts";

export const replicationControllerDocs: readonly Documented[] = [
  documented(ReplicationController, {
    "": "Keeps a number of equal pods running. Deployments have taken its place.",
    metadata: "Its name is the beginning of those of its pods; its labels are the template's where it has none.",
    spec: "How many pods there shall be, by which labels they are known, and what they are made from.",
    status: "How many of its pods are there, ready, and labelled as the template.",
  }),
  documented(spec.ReplicationControllerSpec, {
    "": "Which pods shall run.",
    replicas: "How many pods shall run; 1 where left out, 0 none.",
    selector: "The labels that a pod must have to be one of them; those of the template where it is absent.",
    template: "What the pods are made from; those that run stay when it changes.",
    minReadySeconds:
      "How long, in seconds, a pod must have been ready to count as available; 0, at once, where left out.",
  }),
  documented(spec.ReplicationControllerStatus, {
    "": "How many pods run.",
    replicas: "How many pods it has, those that end not included.",
    fullyLabeledReplicas: "How many of its pods have all labels of the template.",
    observedGeneration: "The generation that this status is about.",
    readyReplicas: "How many of its pods are ready.",
    availableReplicas: "How many of its pods have been ready for minReadySeconds.",
    conditions: "ReplicaFailure: pods can't be made or deleted.",
  }),
  documented(spec.ReplicationControllerCondition, {
    "": "Something that holds of a ReplicationController, or doesn't.",
    type: "ReplicaFailure is the only one: pods can't be made or deleted.",
    ...conditionDocs("the ReplicationController"),
  }),
  documented(PodTemplate, {
    "": "A template of pods that stands alone, for programs that make pods by themselves.",
    metadata: "The name by which those programs ask for it.",
    template: "What pods are made from.",
  }),
];
