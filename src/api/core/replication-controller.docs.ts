import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { PodTemplate } from "./pod-template.ts";
import * as spec from "./replication-controller/spec.ts";
import { ReplicationController } from "./replication-controller.ts";

const metadata = "Name, namespace, labels, annotations.";

export const replicationControllerDocs: readonly Documented[] = [
  documented(ReplicationController, {
    "": "Keeps a number of equal pods running. Deployments have taken its place.",
    metadata,
    spec: "Which pods shall run.",
    status: "How many do.",
  }),
  documented(spec.ReplicationControllerSpec, {
    "": "Which pods shall run.",
    replicas: "How many.",
    selector: "The labels that a pod must have to be one of them; those of the template where it is absent.",
    template: "What they are made from.",
    minReadySeconds: "How long, in seconds, a pod must have been ready to count as available.",
  }),
  documented(spec.ReplicationControllerStatus, {
    "": "How many pods run.",
    replicas: "All of its pods.",
    fullyLabeledReplicas: "Those that have all labels of the template.",
    observedGeneration: "The generation that this status is about.",
    readyReplicas: "Those that are ready.",
    availableReplicas: "Those that have been ready for minReadySeconds.",
    conditions: "ReplicaFailure: pods can't be made or deleted.",
  }),
  documented(spec.ReplicationControllerCondition, {
    "": "Something that holds of a ReplicationController, or doesn't.",
    type: "What it is about: ReplicaFailure.",
    status: "True, False or Unknown.",
    lastTransitionTime: "When the status last changed.",
    reason: "Why, in one word.",
    message: "Why, in a sentence.",
  }),
  documented(PodTemplate, {
    "": "A template of pods that stands alone, for programs that make pods by themselves.",
    metadata,
    template: "What pods are made from.",
  }),
];
