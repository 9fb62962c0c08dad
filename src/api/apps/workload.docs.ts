import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as deployment from "./deployment/spec.ts";
import * as deploymentV1beta1 from "./deployment/v1beta1.ts";
import { DeploymentV1beta2 } from "./deployment/v1beta2.ts";
import { Deployment } from "./deployment.ts";
import * as oldReplicaSets from "./replica-set/old-versions.ts";
import * as replicaSet from "./replica-set/spec.ts";
import { ReplicaSet } from "./replica-set.ts";

const metadata = "Name, namespace, labels, annotations.";
const rollbackTo = "A revision to go back to; kept in an annotation, since apps/v1 has no such field.";
const observed = "The generation that this status is about.";

const ofDeployment = {
  "": "Keeps a number of equal pods running, and replaces them step by step when their template changes.",
  metadata,
  spec: "Which pods shall run, and how they are replaced.",
  status: "How far it has come.",
};
const ofDeploymentSpec = {
  "": "Which pods shall run, and how they are replaced.",
  replicas: "How many.",
  selector: "The labels by which it knows its pods. It can't be changed, and the template must have them.",
  template: "What they are made from.",
  strategy: "How old pods make way for new ones.",
  minReadySeconds: "How long, in seconds, a pod must have been ready to count as available.",
  revisionHistoryLimit: "How many old ReplicaSets are kept to go back to.",
  paused: "While it is, changes of the template wait.",
  progressDeadlineSeconds: "After so many seconds without progress the Deployment says that it failed.",
};
const ofStrategy = {
  "": "How old pods make way for new ones.",
  type: "RollingUpdate: some at a time. Recreate: all old ones go before the first new one comes.",
  rollingUpdate: "How many at a time.",
};
const ofRolling = {
  "": "How many pods are replaced at a time, as numbers or as shares of those wanted.",
  maxUnavailable: "So many may be missing; rounded down.",
  maxSurge: "So many may be there beyond those wanted; rounded up.",
};
const ofReplicaSet = {
  "": "Keeps a number of equal pods running. Most belong to a Deployment.",
  metadata,
  spec: "Which pods shall run.",
  status: "How many do.",
};
const ofReplicaSetSpec = {
  "": "Which pods shall run.",
  replicas: "How many.",
  selector: "The labels by which it knows its pods. It can't be changed, and the template must have them.",
  template: "What they are made from.",
  minReadySeconds: "How long, in seconds, a pod must have been ready to count as available.",
};
export const workloadDocs: readonly Documented[] = [
  documented(Deployment, ofDeployment),
  documented(deployment.DeploymentSpec, ofDeploymentSpec),
  documented(deployment.DeploymentStrategy, ofStrategy),
  documented(deployment.RollingUpdateDeployment, ofRolling),
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
  documented(ReplicaSet, ofReplicaSet),
  documented(replicaSet.ReplicaSetSpec, ofReplicaSetSpec),
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

  documented(DeploymentV1beta2, ofDeployment),
  documented(deploymentV1beta1.DeploymentV1beta1, ofDeployment),
  documented(deploymentV1beta1.DeploymentSpecV1beta1, { ...ofDeploymentSpec, rollbackTo }),
  documented(deploymentV1beta1.RollbackConfig, {
    "": "A revision to go back to.",
    revision: "Its number, as `kubectl rollout history` tells it; the last one before the present where absent.",
  }),
  documented(deploymentV1beta1.ExtensionsDeployment, ofDeployment),
  documented(deploymentV1beta1.ExtensionsDeploymentSpec, { ...ofDeploymentSpec, rollbackTo }),
  documented(deploymentV1beta1.ExtensionsDeploymentStrategy, ofStrategy),
  documented(deploymentV1beta1.ExtensionsRollingUpdateDeployment, ofRolling),
  documented(oldReplicaSets.ReplicaSetV1beta2, ofReplicaSet),
  documented(oldReplicaSets.ExtensionsReplicaSet, ofReplicaSet),
  documented(oldReplicaSets.ExtensionsReplicaSetSpec, ofReplicaSetSpec),
];
