import type { MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from "./metrics.ts";
import type { HorizontalPodAutoscalerSpec, HorizontalPodAutoscalerStatus } from "./spec.ts";

interface Row {
  readonly spec: HorizontalPodAutoscalerSpec;
  readonly status: HorizontalPodAutoscalerStatus;
}

const shown = 2;

/** `cpu: 20%/80%, 4/10 (avg) + 2 more...`. Source: formatHPAMetrics in pkg/printers/internalversion/printers.go. */
export function showTargets({ spec: { metrics = [] }, status: { currentMetrics = [] } }: Row): string {
  if (metrics.length === 0) return "<none>";
  const all = metrics.map((metric, i) => showMetric(metric, currentMetrics[i]));
  const first = all.slice(0, shown).join(", ");
  return all.length > shown ? `${first} + ${all.length - shown} more...` : first;
}

function showMetric(metric: MetricSpec, current: MetricStatus | undefined): string {
  switch (metric.type) {
    case "Pods":
      return `${show(current?.pods?.current.averageValue)}/${show(metric.pods?.target.averageValue)}`;
    case "Object":
      return showValue(metric.object?.target, current?.object?.current);
    case "External":
      return showValue(metric.external?.target, current?.external?.current);
    case "Resource":
      return `${metric.resource?.name ?? ""}: ${showUse(metric.resource?.target, current?.resource?.current)}`;
    case "ContainerResource":
      return `${metric.containerResource?.name ?? ""}: ${showUse(
        metric.containerResource?.target,
        current?.containerResource?.current,
      )}`;
    default:
      return "<unknown type>";
  }
}

const showValue = (target: MetricTarget | undefined, current: MetricValueStatus | undefined): string =>
  target?.averageValue === undefined
    ? `${show(current?.value)}/${show(target?.value)}`
    : `${show(current?.averageValue)}/${show(target.averageValue)} (avg)`;

const showUse = (target: MetricTarget | undefined, current: MetricValueStatus | undefined): string =>
  target?.averageValue === undefined
    ? `${showShare(current?.averageUtilization)}/${target?.averageUtilization === undefined ? "<auto>" : showShare(target.averageUtilization)}`
    : `${show(current?.averageValue)}/${show(target.averageValue)}`;

const show = (amount: string | undefined): string => amount ?? "<unknown>";
const showShare = (percent: number | undefined): string => (percent === undefined ? "<unknown>" : `${percent}%`);
