import type { Registry } from "#metrics/registry.ts";

/** What the hands that run HAProxy count. */
export class HaproxyMetrics {
  readonly #reloads;
  readonly #steps;
  readonly #workers;
  readonly #retiring;
  readonly #cut;
  readonly #requests;
  readonly #failures;
  readonly #sent;
  /** Of workers before the one that serves: a new one begins at 0. */
  readonly #before = new Map<string, Counts>();
  #now: ReadonlyMap<string, Counts> = new Map();

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
    this.#requests = registry.counter({
      ...named("requests_total", "Requests, by route; those of workers that are leaving are left out."),
      labels: ["route"],
    });
    this.#failures = registry.counter({
      ...named("endpoint_failures_total", "Answers of endpoints with status 5xx, by route; of the worker that serves."),
      labels: ["route"],
    });
    this.#sent = registry.counter({
      ...named("sent_bytes_total", "Bytes of answers, by route; those of workers that are leaving are left out."),
      labels: ["route"],
    });
  }

  /** From the table that HAProxy counts in, by the names of its counters; `numbers`: the keys of routes there. */
  counted(table: ReadonlyMap<string, ReadonlyMap<string, number>>, numbers: ReadonlyMap<string, number>): void {
    this.#now = new Map(
      [...numbers].flatMap(([route, number]) => {
        const counters = table.get(`${number}`);
        return counters === undefined ? [] : [[route, countsFrom(counters)]];
      }),
    );
    for (const [route, now] of this.#now) {
      const { requests, failures, sentBytes } = sum(now, this.#before.get(route));
      this.#requests.at({ route }).set(requests);
      this.#failures.at({ route }).set(failures);
      this.#sent.at({ route }).set(sentBytes);
    }
  }

  /** Another worker counts from now on. */
  begunAnew(): void {
    for (const [route, now] of this.#now) this.#before.set(route, sum(now, this.#before.get(route)));
    this.#now = new Map();
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

interface Counts {
  readonly requests: number;
  readonly failures: number;
  readonly sentBytes: number;
}

const countsFrom = (counters: ReadonlyMap<string, number>): Counts => ({
  requests: counters.get("http_req_cnt") ?? 0,
  failures: counters.get("http_fail_cnt") ?? 0,
  sentBytes: counters.get("bytes_out_cnt") ?? 0,
});

const sum = (a: Counts, b: Counts | undefined): Counts =>
  b === undefined
    ? a
    : {
        requests: a.requests + b.requests,
        failures: a.failures + b.failures,
        sentBytes: a.sentBytes + b.sentBytes,
      };
