import { isJsonObject, readJson } from "#machinery/json.ts";
import { defineVersion, unchanged } from "#machinery/kind.ts";
import {
  defaulted,
  int32,
  int64,
  object,
  optional,
  present,
  required,
  type Stored,
  string,
  time,
} from "#machinery/schema.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import type { MetricSpec, MetricStatus } from "./metrics.ts";
import type { HorizontalPodAutoscalerSpec, HorizontalPodAutoscalerStatus } from "./spec.ts";

export class CrossVersionObjectReferenceV1 extends object(
  "io.k8s.api.autoscaling.v1.CrossVersionObjectReference",
  {
    kind: required(1, string),
    name: required(2, string),
    apiVersion: optional(3, string),
  },
  { atomic: true },
) {}

export class HorizontalPodAutoscalerSpecV1 extends object("io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec", {
  scaleTargetRef: required(1, CrossVersionObjectReferenceV1),
  minReplicas: defaulted(2, int32(), 1, { zero: "counts" }),
  maxReplicas: present(3, int32()),
  targetCPUUtilizationPercentage: optional(4, int32(), { zero: "counts" }),
}) {}

export class HorizontalPodAutoscalerStatusV1 extends object("io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus", {
  observedGeneration: optional(1, int64(), { zero: "counts" }),
  lastScaleTime: optional(2, time),
  currentReplicas: present(3, int32()),
  desiredReplicas: present(4, int32()),
  currentCPUUtilizationPercentage: optional(5, int32(), { zero: "counts" }),
}) {}

export class HorizontalPodAutoscalerV1 extends object("io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, HorizontalPodAutoscalerSpecV1),
  status: defaulted(3, HorizontalPodAutoscalerStatusV1, {}),
}) {}

// The first version knows one metric, the use of CPU. Everything else stands in annotations, as JSON.
// Source: pkg/apis/autoscaling/v1/conversion.go and annotations.go.

const annotationOf = {
  metrics: "autoscaling.alpha.kubernetes.io/metrics",
  behavior: "autoscaling.alpha.kubernetes.io/behavior",
  currentMetrics: "autoscaling.alpha.kubernetes.io/current-metrics",
  conditions: "autoscaling.alpha.kubernetes.io/conditions",
} as const;
const annotations: readonly string[] = Object.values(annotationOf);

interface Hub {
  readonly metadata: ObjectMeta;
  readonly spec: HorizontalPodAutoscalerSpec;
  readonly status: HorizontalPodAutoscalerStatus;
}

const isCpuUse = ({ type, resource }: MetricSpec): boolean =>
  type === "Resource" && resource?.name === "cpu" && resource.target.averageUtilization !== undefined;
const isCpuNow = ({ type, resource }: MetricStatus): boolean =>
  type === "Resource" && resource?.name === "cpu" && resource.current.averageUtilization !== undefined;

/** `isThat` is taken out of the list once, wherever it stands; where it stood is forgotten, as in Kubernetes. */
function apart<T>(
  all: readonly T[] = [],
  isThat: (one: T) => boolean,
): { readonly one: T | undefined; readonly rest: readonly T[] } {
  const at = all.findIndex(isThat);
  return { one: all[at], rest: all.filter((_, i) => i !== at) };
}

function fromHub({ metadata, spec, status }: Hub): unknown {
  const { metrics, behavior, ...limits } = spec;
  const { currentMetrics, conditions, ...seen } = status;
  const wanted = apart(metrics, isCpuUse);
  const found = apart(currentMetrics, isCpuNow);
  const kept = {
    ...(wanted.rest.length > 0 && { [annotationOf.metrics]: JSON.stringify(wanted.rest) }),
    ...(behavior !== undefined && { [annotationOf.behavior]: JSON.stringify(behavior) }),
    ...(found.rest.length > 0 && { [annotationOf.currentMetrics]: JSON.stringify(found.rest) }),
    ...(conditions !== undefined && { [annotationOf.conditions]: JSON.stringify(conditions) }),
  };
  return {
    metadata: withAnnotations(metadata, { ...metadata.annotations, ...kept }),
    spec: { ...limits, targetCPUUtilizationPercentage: wanted.one?.resource?.target.averageUtilization },
    status: {
      ...seen,
      currentReplicas: seen.currentReplicas ?? 0,
      currentCPUUtilizationPercentage: found.one?.resource?.current.averageUtilization,
    },
  };
}

function toHub({ metadata, spec, status }: Stored<typeof HorizontalPodAutoscalerV1>): unknown {
  const { targetCPUUtilizationPercentage: percent, ...limits } = spec;
  const { currentCPUUtilizationPercentage: use, ...seen } = status;
  const kept = (name: keyof typeof annotationOf): unknown => parsed(metadata.annotations?.[annotationOf[name]]);
  const others = Object.entries(metadata.annotations ?? {}).filter(([name]) => !annotations.includes(name));
  const cpu = percent !== undefined && {
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization: percent } },
  };
  const cpuNow = use !== undefined && {
    type: "Resource",
    resource: { name: "cpu", current: { averageUtilization: use } },
  };
  return {
    metadata: withAnnotations(metadata, Object.fromEntries(others)),
    spec: {
      ...limits,
      metrics: [...(cpu ? [cpu] : []), ...listOf(kept("metrics"))],
      behavior: objectOf(kept("behavior")),
    },
    status: {
      ...seen,
      currentMetrics: [...(cpuNow ? [cpuNow] : []), ...listOf(kept("currentMetrics"))],
      conditions: listOf(kept("conditions")),
    },
  };
}

function withAnnotations(metadata: ObjectMeta, all: Readonly<Record<string, string>>): unknown {
  const { annotations: _, ...rest } = metadata;
  return Object.keys(all).length === 0 ? rest : { ...rest, annotations: all };
}

/** Anybody may have written anything there; what can't be read says nothing. */
const parsed = (text: string | undefined): unknown => (text === undefined ? undefined : readJson(text));
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);
const objectOf = (value: unknown): unknown => (isJsonObject(value) ? value : undefined);

export const autoscalingV1 = defineVersion<typeof HorizontalPodAutoscalerV1, Hub>({
  group: "autoscaling",
  version: "v1",
  type: HorizontalPodAutoscalerV1,
  derive: unchanged,
  toHub,
  fromHub,
});
