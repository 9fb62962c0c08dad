import type { Registry } from "#metrics/registry.ts";

/** What the hands that run HAProxy count. */
export class HaproxyMetrics {
  readonly #reloads;
  readonly #steps;
  readonly #workers;
  readonly #retiring;
  readonly #cut;

  constructor(registry: Registry) {
    const named = (name: string, help: string) => ({ name: `portolan_ingress_${name}`, help });
    this.#reloads = registry.counter({
      ...named("reloads_total", "New workers of HAProxy, by what its runtime API could not do."),
      labels: ["because"],
    });
    this.#steps = registry.counter({
      ...named("runtime_changes_total", "What was changed in a running HAProxy, without a reload."),
      labels: ["kind"],
    });
    this.#workers = registry
      .gauge({
        ...named("haproxy_workers", "Processes of HAProxy, those that let requests end among them."),
        labels: [],
      })
      .at({});
    this.#retiring = registry
      .gauge({ ...named("retiring_servers", "Endpoints that have gone and still have requests."), labels: [] })
      .at({});
    this.#cut = registry
      .counter({ ...named("cut_streams_total", "Requests and WebSockets that ended with an old worker."), labels: [] })
      .at({});
    this.#cut.add(0);
  }

  reloaded(because: string): void {
    this.#reloads.at({ because }).add();
  }

  changed(kind: string): void {
    this.#steps.at({ kind }).add();
  }

  cut(streams: number): void {
    this.#cut.add(streams);
  }

  stands(workers: number, retiring: number): void {
    this.#workers.set(workers);
    this.#retiring.set(retiring);
  }
}
