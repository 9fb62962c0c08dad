import { registerOwnProcess } from "#metrics/own-process.ts";
import { Registry } from "#metrics/registry.ts";
import type { ProxyMode } from "./kernel-rules.ts";
import type { Progress } from "./progress.ts";

/** Upper bounds of kube-proxy's own histogram, in seconds: 1 ms doubled fourteen times. */
const syncBounds = Array.from({ length: 15 }, (_, i) => 0.001 * 2 ** i);

/** What the proxy counts, under kube-proxy's own names, so that dashboards and alerts stay. Source: pkg/proxy/metrics. */
export class ProxyMetrics {
  readonly #registry = new Registry();
  readonly #synced = this.#registry
    .histogram(
      {
        name: "kubeproxy_sync_proxy_rules_duration_seconds",
        help: "Work for one change of rules until it was in the kernel, in seconds.",
        labels: [],
      },
      syncBounds,
    )
    .at({});
  readonly #changes = {
    service: this.#counter("sync_proxy_rules_service_changes_total", "Changes of Services that were heard of."),
    endpoint: this.#counter("sync_proxy_rules_endpoint_changes_total", "Changes of endpoints that were heard of."),
  };
  readonly #failures = {
    nftables: this.#registry.counter({
      name: "kubeproxy_sync_proxy_rules_nftables_sync_failures_total",
      help: "Changes of rules that nftables refused.",
      labels: [],
    }),
    iptables: this.#registry.counter({
      name: "kubeproxy_sync_proxy_rules_iptables_restore_failures_total",
      help: "Changes of rules that iptables refused.",
      labels: [],
    }),
  };
  readonly #answers = {
    "/healthz": this.#registry.counter({
      name: "kubeproxy_proxy_healthz_total",
      help: "Answers at /healthz.",
      labels: ["code"],
    }),
    "/livez": this.#registry.counter({
      name: "kubeproxy_proxy_livez_total",
      help: "Answers at /livez.",
      labels: ["code"],
    }),
  };

  constructor(progress: Progress) {
    const gauge = (name: string, help: string) =>
      this.#registry.gauge({ name: `kubeproxy_sync_proxy_rules_${name}`, help, labels: [] }).at({});
    const last = gauge("last_timestamp_seconds", "When rules were last in the kernel, in seconds since 1970.");
    const queued = gauge("last_queued_timestamp_seconds", "When a change was last heard of, in seconds since 1970.");
    this.#registry.beforeReading(() => {
      last.set(progress.updatedAt / 1000);
      queued.set(progress.queuedAt / 1000);
    });
    registerOwnProcess(this.#registry);
  }

  /** A change of rules is in the kernel; it took so many seconds of work. */
  synced(seconds: number): void {
    this.#synced.observe(seconds);
  }

  /** The kernel has refused a change. */
  refused(mode: ProxyMode): void {
    this.#failures[mode].at({}).add();
  }

  /** Something of that sort has changed, whether or not rules follow from it. */
  heardOf(what: "service" | "endpoint"): void {
    this.#changes[what].add();
  }

  answered(path: "/healthz" | "/livez", status: number): void {
    this.#answers[path].at({ code: String(status) }).add();
  }

  text(): string {
    return this.#registry.text();
  }

  #counter(name: string, help: string) {
    return this.#registry.counter({ name: `kubeproxy_${name}`, help, labels: [] }).at({});
  }
}
