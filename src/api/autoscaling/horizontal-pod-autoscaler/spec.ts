import {
  defaulted,
  int32,
  int64,
  list,
  listMap,
  object,
  optional,
  present,
  quantity,
  required,
  string,
  time,
} from "#machinery/schema.ts";
import { CrossVersionObjectReference, MetricSpec, MetricStatus } from "./metrics.ts";

export class HPAScalingPolicy extends object("io.k8s.api.autoscaling.v2.HPAScalingPolicy", {
  type: required(1, string),
  value: required(2, int32()),
  periodSeconds: required(3, int32()),
}) {}

export class HPAScalingRules extends object("io.k8s.api.autoscaling.v2.HPAScalingRules", {
  selectPolicy: optional(1, string, { zero: "counts" }),
  policies: optional(2, list(HPAScalingPolicy)),
  stabilizationWindowSeconds: optional(3, int32(), { zero: "counts" }),
  tolerance: optional(4, quantity),
}) {}

export class HorizontalPodAutoscalerBehavior extends object(
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior",
  {
    scaleUp: optional(1, HPAScalingRules),
    scaleDown: optional(2, HPAScalingRules),
  },
) {}

export class HorizontalPodAutoscalerSpec extends object("io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec", {
  scaleTargetRef: required(1, CrossVersionObjectReference),
  minReplicas: defaulted(2, int32(), 1, { zero: "counts" }),
  maxReplicas: present(3, int32()),
  metrics: optional(4, list(MetricSpec)),
  behavior: optional(5, HorizontalPodAutoscalerBehavior),
}) {}

export class HorizontalPodAutoscalerCondition extends object(
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition",
  {
    type: required(1, string),
    status: required(2, string),
    lastTransitionTime: optional(3, time),
    reason: optional(4, string),
    message: optional(5, string),
  },
) {}

export class HorizontalPodAutoscalerStatus extends object("io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus", {
  observedGeneration: optional(1, int64(), { zero: "counts" }),
  lastScaleTime: optional(2, time),
  currentReplicas: optional(3, int32()),
  desiredReplicas: present(4, int32()),
  currentMetrics: optional(5, list(MetricStatus)),
  conditions: optional(6, listMap(HorizontalPodAutoscalerCondition, ["type"])),
}) {}
