import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { Registry } from "./registry.ts";

/** How often the event loop is asked whether it is late, in milliseconds. */
const lookEveryMs = 20;

/** Tells how busy and how late the event loop is, and what JavaScript holds. Returns how to stop looking. Source: prom-client's names. */
export function registerEventLoop(registry: Registry): () => void {
  const delays = monitorEventLoopDelay({ resolution: lookEveryMs });
  delays.enable();
  const gauge = (name: string, help: string) => registry.gauge({ name, help, labels: [] }).at({});
  const used = gauge("nodejs_heap_size_used_bytes", "What the objects of JavaScript take.");
  const reserved = gauge("nodejs_heap_size_total_bytes", "What is reserved for the objects of JavaScript.");
  const outside = gauge("nodejs_external_memory_bytes", "What objects of JavaScript hold outside the heap.");
  const busy = gauge("nodejs_eventloop_utilization_ratio", "Share of its time in which the event loop was busy.");
  const late = (
    [
      ["p50", 50],
      ["p90", 90],
      ["p99", 99],
      ["max", 100],
    ] as const
  ).map(([name, percentile]) => ({
    gauge: gauge(
      `nodejs_eventloop_lag_${name}_seconds`,
      `How late the event loop was since the last reading: ${name}.`,
    ),
    percentile,
  }));
  registry.beforeReading(() => {
    const { heapUsed, heapTotal, external } = process.memoryUsage();
    used.set(heapUsed);
    reserved.set(heapTotal);
    outside.set(external);
    busy.set(performance.eventLoopUtilization().utilization);
    for (const { gauge: one, percentile } of late)
      one.set(Math.max(delays.percentile(percentile) / 1e9 - lookEveryMs / 1000, 0));
    delays.reset();
  });
  return () => void delays.disable();
}
