import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as deployment from "./deployment/spec.ts";
import { Deployment } from "./deployment.ts";
import * as replicaSet from "./replica-set/spec.ts";
import { ReplicaSet } from "./replica-set.ts";

const metadata = "Name, namespace, labels, annotations.";
const observed = "The generation that this status is about.";

export const workloadDocs: readonly Documented[] = [
  documented(Deployment, {
    "": "Keeps a number of equal pods running, and replaces them step by step when their template changes.",
    metadata,
    spec: "Which pods shall run, and how they are replaced.",
    status: "How far it has come.",
  }),
  documented(deployment.DeploymentSpec, {
    "": "Which pods shall run, and how they are replaced.",
    replicas: "How many.",
    selector: "The labels by which it knows its pods. It can't be changed, and the template must have them.",
    template: "What they are made from.",
    strategy: "How old pods make way for new ones.",
    minReadySeconds: "How long, in seconds, a pod must have been ready to count as available.",
    revisionHistoryLimit: "How many old ReplicaSets are kept to go back to.",
    paused: "While it is, changes of the template wait.",
    progressDeadlineSeconds: "After so many seconds without progress the Deployment says that it failed.",
  }),
  documented(deployment.DeploymentStrategy, {
    "": "How old pods make way for new ones.",
    type: "RollingUpdate: some at a time. Recreate: all old ones go before the first new one comes.",
    rollingUpdate: "How many at a time.",
  }),
  documented(deployment.RollingUpdateDeployment, {
    "": "How many pods are replaced at a time, as numbers or as shares of those wanted.",
    maxUnavailable: "So many may be missing; rounded down.",
    maxSurge: "So many may be there beyond those wanted; rounded up.",
  }),
  documented(deployment.DeploymentStatus, {
    "": "How far a Deployment has come.",
    observedGeneration: observed,
    replicas: "Its pods, of all templates.",
    updatedReplicas: "Those made from the present template.",
    readyReplicas: "Those that are ready.",
    availableReplicas: "Those that have been ready for minReadySeconds.",
    unavailableReplicas: "How many are missing.",
    terminatingReplicas: "Those that are ending.",
    conditions: "Available, Progressing, ReplicaFailure.",
    collisionCount: "How often a name for a new ReplicaSet was taken.",
  }),
  documented(deployment.DeploymentCondition, {
    "": "Something that holds of a Deployment, or doesn't.",
    type: "Available, Progressing or ReplicaFailure.",
    status: "True, False or Unknown.",
    reason: "Why, in one word.",
    message: "Why, in a sentence.",
    lastUpdateTime: "When anything of it last changed.",
    lastTransitionTime: "When the status last changed.",
  }),
  documented(ReplicaSet, {
    "": "Keeps a number of equal pods running. Most belong to a Deployment.",
    metadata,
    spec: "Which pods shall run.",
    status: "How many do.",
  }),
  documented(replicaSet.ReplicaSetSpec, {
    "": "Which pods shall run.",
    replicas: "How many.",
    selector: "The labels by which it knows its pods. It can't be changed, and the template must have them.",
    template: "What they are made from.",
    minReadySeconds: "How long, in seconds, a pod must have been ready to count as available.",
  }),
  documented(replicaSet.ReplicaSetStatus, {
    "": "How many pods run.",
    observedGeneration: observed,
    replicas: "All of its pods.",
    fullyLabeledReplicas: "Those that have all labels of the template.",
    readyReplicas: "Those that are ready.",
    availableReplicas: "Those that have been ready for minReadySeconds.",
    terminatingReplicas: "Those that are ending.",
    conditions: "ReplicaFailure: pods can't be made or deleted.",
  }),
  documented(replicaSet.ReplicaSetCondition, {
    "": "Something that holds of a ReplicaSet, or doesn't.",
    type: "What it is about: ReplicaFailure.",
    status: "True, False or Unknown.",
    lastTransitionTime: "When the status last changed.",
    reason: "Why, in one word.",
    message: "Why, in a sentence.",
  }),
];
