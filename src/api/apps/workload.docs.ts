import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { conditionDocs } from "../meta/condition.docs.ts";
import * as deployment from "./deployment/spec.ts";
import * as deploymentV1beta1 from "./deployment/v1beta1.ts";
import { DeploymentV1beta2 } from "./deployment/v1beta2.ts";
import { Deployment } from "./deployment.ts";
import * as oldReplicaSets from "./replica-set/old-versions.ts";
import * as replicaSet from "./replica-set/spec.ts";
import { ReplicaSet } from "./replica-set.ts";

const rollbackTo = "A revision to go back to; kept in an annotation, since apps/v1 has no such field.";
const observed = "The generation that this status is about.";

const ofDeployment = {
  "": "Keeps a number of equal pods running, and replaces them step by step when their template changes.",
  metadata:
    "Its name is the beginning of the names of its ReplicaSets and pods; their labels are those of the template.",
  spec: "What the pods are made from, how many there shall be, and how new ones take the place of old ones.",
  status: "How many of its pods are there, ready and up to date, and whether it gets on.",
};
const ofDeploymentSpec = {
  "": "Which pods shall run, and how they are replaced.",
  replicas: "How many pods shall run; 1 where left out, 0 none.",
  selector: "The labels by which it knows its pods. It can't be changed, and the template must have them.",
  template: "What the pods are made from; changing it begins a rollout.",
  strategy: "Whether pods are replaced some at a time or all at once, and how many at a time.",
  minReadySeconds:
    "How long, in seconds, a pod must have been ready to count as available; 0, at once, where left out.",
  revisionHistoryLimit: "How many old ReplicaSets are kept to go back to; 10 where left out, 0 none.",
  paused: "True: changes of the template wait until it is false again; scaling goes on.",
  progressDeadlineSeconds:
    "After so many seconds without progress the condition Progressing becomes False; 600 where left out. Nothing is undone.",
};
const ofStrategy = {
  "": "How old pods make way for new ones.",
  type: "RollingUpdate, also where left out: some at a time. Recreate: all old ones go before the first new one comes.",
  rollingUpdate: "For RollingUpdate: how many pods may be missing, and how many too many.",
};
const ofRolling = {
  "": "How many pods are replaced at a time, as numbers or as shares of those wanted.",
  maxUnavailable: "So many may be missing: a number, or a share as in 25%, also where left out; rounded down.",
  maxSurge:
    "So many may be there beyond those wanted: a number, or a share as in 25%, also where left out; rounded up.",
};
const ofReplicaSet = {
  "": "Keeps a number of equal pods running. Most belong to a Deployment.",
  metadata: "Its name is the beginning of those of its pods; a Deployment's has the hash of the template at its end.",
  spec: "How many pods there shall be, and what they are made from.",
  status: "How many of its pods are there, ready and available.",
};
const ofReplicaSetSpec = {
  "": "Which pods shall run.",
  replicas: "How many pods shall run; 1 where left out, 0 none.",
  selector: "The labels by which it knows its pods. It can't be changed, and the template must have them.",
  template: "What the pods are made from; changing it begins a rollout.",
  minReadySeconds:
    "How long, in seconds, a pod must have been ready to count as available; 0, at once, where left out.",
};
export const workloadDocs: readonly Documented[] = [
  documented(Deployment, ofDeployment),
  documented(deployment.DeploymentSpec, ofDeploymentSpec),
  documented(deployment.DeploymentStrategy, ofStrategy),
  documented(deployment.RollingUpdateDeployment, ofRolling),
  documented(deployment.DeploymentStatus, {
    "": "How far a Deployment has come.",
    observedGeneration: observed,
    replicas: "How many pods it has, of all templates, those that end not included.",
    updatedReplicas: "How many of its pods were made from the present template.",
    readyReplicas: "How many of its pods are ready.",
    availableReplicas: "How many of its pods have been ready for minReadySeconds.",
    unavailableReplicas: "How many pods are missing until all that are wanted are available.",
    terminatingReplicas: "How many of its pods are ending; not in the other numbers.",
    conditions: "Whether enough pods are available, whether the rollout gets on, and whether pods can't be made.",
    collisionCount: "How often a name for a new ReplicaSet was taken.",
  }),
  documented(deployment.DeploymentCondition, {
    "": "Something that holds of a Deployment, or doesn't.",
    type: "Available: enough pods are. Progressing: the rollout gets on or is done. ReplicaFailure: pods can't be made.",
    lastUpdateTime: "When anything of this condition last changed, as its reason.",
    ...conditionDocs("the Deployment"),
  }),
  documented(ReplicaSet, ofReplicaSet),
  documented(replicaSet.ReplicaSetSpec, ofReplicaSetSpec),
  documented(replicaSet.ReplicaSetStatus, {
    "": "How many pods run.",
    observedGeneration: observed,
    replicas: "How many pods it has, those that end not included.",
    fullyLabeledReplicas: "How many of its pods have all labels of the template.",
    readyReplicas: "How many of its pods are ready.",
    availableReplicas: "How many of its pods have been ready for minReadySeconds.",
    terminatingReplicas: "How many of its pods are ending; not in the other numbers.",
    conditions: "ReplicaFailure: pods can't be made or deleted.",
  }),
  documented(replicaSet.ReplicaSetCondition, {
    "": "Something that holds of a ReplicaSet, or doesn't.",
    type: "ReplicaFailure is the only one: pods can't be made or deleted.",
    ...conditionDocs("the ReplicaSet"),
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
