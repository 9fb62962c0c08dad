import type { MetricSpec } from "./metrics.ts";
import type { HorizontalPodAutoscalerBehavior, HorizontalPodAutoscalerSpec, HPAScalingRules } from "./spec.ts";

// Source: pkg/apis/autoscaling/v2/defaults.go.

interface Subject {
  readonly spec: HorizontalPodAutoscalerSpec;
}

const cpuAt80: MetricSpec = {
  type: "Resource",
  resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } },
};

export function deriveAutoscaler<A extends Subject>(autoscaler: A): A {
  const { metrics = [], behavior } = autoscaler.spec;
  return {
    ...autoscaler,
    spec: {
      ...autoscaler.spec,
      metrics: metrics.length === 0 ? [cpuAt80] : metrics,
      ...(behavior !== undefined && { behavior: deriveBehavior(behavior) }),
    },
  };
}

/** Up: at most four pods or twice as many in a quarter of a minute, at once. Down: as far as it goes, after what the window holds. */
const up: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [
    { type: "Pods", value: 4, periodSeconds: 15 },
    { type: "Percent", value: 100, periodSeconds: 15 },
  ],
};
const down: HPAScalingRules = {
  selectPolicy: "Max",
  policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
};

const deriveBehavior = ({ scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior): HorizontalPodAutoscalerBehavior => ({
  scaleUp: { ...up, ...scaleUp },
  scaleDown: { ...down, ...scaleDown },
});
