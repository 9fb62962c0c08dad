import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as metrics from "./horizontal-pod-autoscaler/metrics.ts";
import * as parts from "./horizontal-pod-autoscaler/spec.ts";
import * as v1 from "./horizontal-pod-autoscaler/v1.ts";
import { HorizontalPodAutoscaler } from "./horizontal-pod-autoscaler.ts";

const target = "Where the metric should be.";
const current = "Where the metric is now.";
const container = "The container whose use counts.";
const reference = {
  "": "An object that is scaled or measured.",
  kind: "Its kind, such as Deployment.",
  name: "What the object is called.",
  apiVersion: "The group and version of its kind, such as apps/v1.",
} as const;
const whole = {
  "": "Lets a workload have more pods when a metric rises, and fewer when it falls.",
  metadata: "Name, and the namespace of the workload that it scales.",
  spec: "Which workload is scaled, between which numbers of pods, and by what.",
  status: "How many pods it wants now.",
} as const;
const bounds = {
  scaleTargetRef: "The workload: anything with a scale subresource.",
  minReplicas: "At least so many pods; one where left out.",
  maxReplicas: "At most so many pods.",
} as const;
const seen = {
  observedGeneration: "The generation of the autoscaler that this is about.",
  lastScaleTime: "When it changed the number of pods last.",
  currentReplicas: "How many pods there were when it looked last.",
  desiredReplicas: "How many there should be.",
} as const;

export const horizontalPodAutoscalerDocs: readonly Documented[] = [
  documented(HorizontalPodAutoscaler, whole),
  documented(parts.HorizontalPodAutoscalerSpec, {
    "": "What is scaled, by which metrics, and within which bounds.",
    ...bounds,
    metrics: "The metric that asks for most pods decides. CPU at 80 % of what is requested, where left out.",
    behavior: "How fast it goes up and down.",
  }),
  documented(parts.HorizontalPodAutoscalerBehavior, {
    "": "How fast the number of pods may change.",
    scaleUp: "Upwards: without a pause, at most doubling or four pods more in 15 seconds, where left out.",
    scaleDown: "Downwards: as the highest wish of the last five minutes allows, where left out.",
  }),
  documented(parts.HPAScalingRules, {
    "": "How fast the number of pods may change in one direction.",
    selectPolicy:
      "Max: the policy that allows most counts, also where left out. Min: the one that allows least. Disabled: no change.",
    policies: "How much may change in how long; selectPolicy says which of them counts.",
    stabilizationWindowSeconds:
      "So far back wishes are looked at, to keep the number from going to and fro: 0 to 3600 seconds.",
    tolerance:
      "How far a metric may be from its target, as a share of it, before anything is done; 0.1 where left out.",
  }),
  documented(parts.HPAScalingPolicy, {
    "": "How much may change in a while.",
    type: "Pods: a number of them. Percent: a share of those that there are.",
    value: "How many, or how much.",
    periodSeconds: "In how long: up to 1800 seconds.",
  }),
  documented(parts.HorizontalPodAutoscalerStatus, {
    "": "How many pods the autoscaler wants, and what it saw.",
    ...seen,
    currentMetrics: "The metrics as they were when it looked last.",
    conditions: "Whether it can scale, whether it does, and whether a bound holds it back.",
  }),
  documented(parts.HorizontalPodAutoscalerCondition, {
    "": "Something that holds for an autoscaler, or doesn't.",
    type: "AbleToScale, ScalingActive or ScalingLimited.",
    status: "Whether it holds: True, False or Unknown.",
    lastTransitionTime: "When that became so.",
    reason: "Why it is so, in one word for programs.",
    message: "Why it is so, in a sentence for people.",
  }),
  documented(metrics.CrossVersionObjectReference, reference),
  documented(metrics.MetricSpec, {
    "": "One metric, and where it should be. It has the one source that its type names.",
    type: "Resource, ContainerResource, Pods, Object or External.",
    object: "A metric of one object, such as the requests of an Ingress.",
    pods: "A metric of each pod, averaged.",
    resource: "CPU or memory of whole pods, averaged.",
    external: "A metric of something outside the cluster, such as the length of a queue.",
    containerResource: "CPU or memory of one container of each pod, averaged.",
  }),
  documented(metrics.MetricIdentifier, {
    "": "A metric, by its name and its labels.",
    name: "What the metric is called.",
    selector: "Only series with these labels.",
  }),
  documented(metrics.MetricTarget, {
    "": "Where a metric should be.",
    type: "Utilization, Value or AverageValue: which of the others counts.",
    value: "The metric as a whole.",
    averageValue: "The metric shared among all pods.",
    averageUtilization: "Percent of what the pods' containers request.",
  }),
  documented(metrics.MetricValueStatus, {
    "": "Where a metric is.",
    value: "The metric as a whole.",
    averageValue: "The metric shared among all pods.",
    averageUtilization: "Percent of what the pods' containers request.",
  }),
  documented(metrics.ObjectMetricSource, {
    "": "A metric of one object.",
    describedObject: "The object that is measured.",
    target,
    metric: "Which of the object's metrics.",
  }),
  documented(metrics.PodsMetricSource, {
    "": "A metric of each pod.",
    metric: "Which of the pods' metrics.",
    target,
  }),
  documented(metrics.ResourceMetricSource, {
    "": "CPU or memory of whole pods.",
    name: "Which resource is measured: cpu or memory.",
    target,
  }),
  documented(metrics.ContainerResourceMetricSource, {
    "": "CPU or memory of one container of each pod.",
    name: "Which resource is measured: cpu or memory.",
    target,
    container,
  }),
  documented(metrics.ExternalMetricSource, {
    "": "A metric of something outside the cluster.",
    metric: "Which metric of the provider.",
    target,
  }),
  documented(metrics.MetricStatus, {
    "": "One metric as it is.",
    type: "Which of the others is there.",
    object: "The metric of an object.",
    pods: "The metric of the pods.",
    resource: "CPU or memory of the pods.",
    external: "The metric from outside.",
    containerResource: "CPU or memory of one container.",
  }),
  documented(metrics.ObjectMetricStatus, {
    "": "A metric of one object as it is.",
    metric: "Which of the object's metrics.",
    current,
    describedObject: "The object that was measured.",
  }),
  documented(metrics.PodsMetricStatus, {
    "": "A metric of the pods as it is.",
    metric: "Which of the pods' metrics.",
    current,
  }),
  documented(metrics.ResourceMetricStatus, {
    "": "CPU or memory of the pods as it is.",
    name: "Which resource is measured: cpu or memory.",
    current,
  }),
  documented(metrics.ContainerResourceMetricStatus, {
    "": "CPU or memory of one container of each pod as it is.",
    name: "Which resource is measured: cpu or memory.",
    current,
    container,
  }),
  documented(metrics.ExternalMetricStatus, {
    "": "A metric from outside as it is.",
    metric: "Which metric of the provider.",
    current,
  }),
  documented(v1.HorizontalPodAutoscalerV1, whole),
  documented(v1.HorizontalPodAutoscalerSpecV1, {
    "": "What is scaled by its use of CPU, and within which bounds.",
    ...bounds,
    targetCPUUtilizationPercentage:
      "Where the pods' CPU should be, in percent of what they request; 80 where left out.",
  }),
  documented(v1.HorizontalPodAutoscalerStatusV1, {
    "": "How many pods the autoscaler wants, and the CPU that it saw.",
    ...seen,
    currentCPUUtilizationPercentage: "Where the pods' CPU is, in percent of what they request.",
  }),
  documented(v1.CrossVersionObjectReferenceV1, reference),
];
