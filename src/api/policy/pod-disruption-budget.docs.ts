import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { Eviction } from "./eviction.ts";
import { PodDisruptionBudgetSpec, PodDisruptionBudgetStatus } from "./pod-disruption-budget/spec.ts";
import { PodDisruptionBudgetV1beta1 } from "./pod-disruption-budget/v1beta1.ts";
import { PodDisruptionBudget } from "./pod-disruption-budget.ts";

const budget = {
  "": "Limits how many pods of an application may be evicted at once, as when nodes are drained.",
  metadata: "The namespace is that of the pods which it guards.",
  spec: "Which pods it guards, and how many of them must stay.",
  status: "Whether another one may be evicted now, and how that was counted.",
};

export const podDisruptionBudgetDocs: readonly Documented[] = [
  documented(Eviction, {
    "": "Asks that a pod be deleted as soon as its disruption budget allows it.",
    metadata: "Name and namespace of the pod.",
    deleteOptions: "How the pod is to be deleted, as in a deletion of it.",
  }),
  documented(PodDisruptionBudget, budget),
  documented(PodDisruptionBudgetV1beta1, budget),
  documented(PodDisruptionBudgetSpec, {
    "": "Which pods are guarded, and how many must stay. Either minAvailable or maxUnavailable.",
    selector: "Chooses the pods; an empty one chooses all of the namespace, and none at all chooses nothing.",
    minAvailable: "So many must be there after an eviction: a number, or a share as in 50%.",
    maxUnavailable: "So many may be missing after an eviction: a number, or a share as in 50%.",
    unhealthyPodEvictionPolicy:
      "IfHealthyBudget, also where left out: a running pod that isn't ready may go only while enough others are. AlwaysAllow: it may always go.",
  }),
  documented(PodDisruptionBudgetStatus, {
    "": "How many pods may be evicted now, and why.",
    observedGeneration: "The generation that this status is about.",
    disruptedPods: "Pods whose eviction was let through, and when, until it is seen that they go.",
    disruptionsAllowed: "How many of the pods may be evicted now.",
    currentHealthy: "How many of the pods are ready.",
    desiredHealthy: "How many of the pods must be ready after an eviction.",
    expectedPods: "How many there should be in all.",
    conditions: "DisruptionAllowed: whether any may be evicted, and if not, why.",
  }),
];
