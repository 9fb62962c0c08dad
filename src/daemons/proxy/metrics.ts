import type { Progress } from "./progress.ts";

/** Upper bounds of kube-proxy's own histogram, in seconds: 1 ms doubled fourteen times. */
const syncBounds = Array.from({ length: 15 }, (_, i) => 0.001 * 2 ** i);

class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = [...bounds.map(() => 0), 0];
  }

  observe(seconds: number): void {
    const bucket = this.#bounds.findIndex((bound) => seconds <= bound);
    const place = bucket < 0 ? this.#bounds.length : bucket;
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#sum += seconds;
  }

  lines(name: string): readonly string[] {
    let total = 0;
    const buckets = this.#counts.map((count, i) => {
      total += count;
      return `${name}_bucket{le="${this.#bounds[i] ?? "+Inf"}"} ${total}`;
    });
    return [`# TYPE ${name} histogram`, ...buckets, `${name}_sum ${this.#sum}`, `${name}_count ${total}`];
  }
}

/** Labels of a counter as they stand between its braces; "" where it has none. */
type Labels = string;

/**
 * What the proxy counts, under kube-proxy's own names, so that dashboards and alerts stay.
 * Source: pkg/proxy/metrics; the text format of Prometheus, version 0.0.4.
 */
export class ProxyMetrics {
  readonly #progress: Progress;
  readonly #synced = new Histogram(syncBounds);
  readonly #counters = new Map<string, Map<Labels, number>>();

  constructor(progress: Progress) {
    this.#progress = progress;
    for (const name of ["service_changes", "endpoint_changes"]) this.count(`sync_proxy_rules_${name}_total`, "", 0);
  }

  /** A change of rules is in the kernel; it took so many seconds of work. */
  synced(seconds: number): void {
    this.#synced.observe(seconds);
  }

  count(name: string, labels: Labels, by = 1): void {
    const counts = this.#counters.get(name) ?? new Map<Labels, number>();
    this.#counters.set(name, counts);
    counts.set(labels, (counts.get(labels) ?? 0) + by);
  }

  text(): string {
    const gauges = {
      kubeproxy_sync_proxy_rules_last_timestamp_seconds: this.#progress.updatedAt / 1000,
      kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds: this.#progress.queuedAt / 1000,
      process_resident_memory_bytes: process.memoryUsage.rss(),
      process_start_time_seconds: Math.round(performance.timeOrigin) / 1000,
    };
    const { user, system } = process.cpuUsage();
    const lines = [
      ...this.#synced.lines("kubeproxy_sync_proxy_rules_duration_seconds"),
      ...[...this.#counters].flatMap(([name, counts]) => counterLines(`kubeproxy_${name}`, counts)),
      ...Object.entries(gauges).flatMap(([name, value]) => [`# TYPE ${name} gauge`, `${name} ${value}`]),
      ...counterLines("process_cpu_seconds_total", new Map([["", (user + system) / 1e6]])),
    ];
    return `${lines.join("\n")}\n`;
  }
}

const counterLines = (name: string, counts: ReadonlyMap<Labels, number>): readonly string[] => [
  `# TYPE ${name} counter`,
  ...[...counts].map(([labels, value]) => `${name}${labels === "" ? "" : `{${labels}}`} ${value}`),
];
