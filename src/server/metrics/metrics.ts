import type { Kind } from "#machinery/kind.ts";
import { registerEventLoop } from "#metrics/event-loop.ts";
import { registerOwnProcess } from "#metrics/own-process.ts";
import { Registry } from "#metrics/registry.ts";
import type { Histogram, Value } from "#metrics/series.ts";
import type { StreamAnswer } from "../exchange.ts";

/** What a request is counted as. All values come from closed sets; of whoever asks for what is not there, little is kept. */
export interface RequestLabels {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly scope: "" | "cluster" | "namespace" | "resource";
  readonly dryRun: "" | "All";
}

/** How a request ended. */
export interface Ending {
  readonly code: number;
  readonly seconds: number;
  /** undefined where the answer was a stream. */
  readonly bytes: number | undefined;
}

// Bounds in seconds and bytes. Source: k8s.io/apiserver, endpoints/metrics/metrics.go.
const durationBounds = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];
const answerBounds = Array.from({ length: 7 }, (_, i) => 1000 * 10 ** i);
const eventBounds = Array.from({ length: 8 }, (_, i) => 1024 * 2 ** i);

const resourceLabels = ["verb", "group", "version", "resource", "subresource", "scope", "component"] as const;

/** All series of requests of one sort; found by one look-up. */
interface RequestSeries {
  readonly byCode: Map<number, Value>;
  readonly seconds: Histogram;
  readonly bytes: Histogram | undefined;
}

/** What the server counts of its work, under kube-apiserver's names and labels, so that dashboards and alerts stay. */
export class ServerMetrics {
  readonly registry = new Registry();
  readonly #requests = this.registry.counter({
    name: "apiserver_request_total",
    help: "Requests that were answered, by what was asked and the code of the answer; a watch counts when it ends.",
    labels: [...resourceLabels, "dry_run", "code"],
  });
  readonly #seconds = this.registry.histogram(
    {
      name: "apiserver_request_duration_seconds",
      help: "Time from a request to the end of its answer, in seconds.",
      labels: [...resourceLabels, "dry_run"],
    },
    durationBounds,
  );
  readonly #bytes = this.registry.histogram(
    {
      name: "apiserver_response_sizes",
      help: "Bytes of answers to reads, before they are packed.",
      labels: resourceLabels,
    },
    answerBounds,
  );
  readonly #inFlight = this.registry.gauge({
    name: "apiserver_current_inflight_requests",
    help: "Requests that are being worked on; a watch is not, once it has begun.",
    labels: ["request_kind"],
  });
  readonly #open = this.registry.gauge({
    name: "apiserver_longrunning_requests",
    help: "Answers that go on: watches, and logs that are followed.",
    labels: resourceLabels,
  });
  readonly #events = this.registry.counter({
    name: "apiserver_watch_events_total",
    help: "Events that were sent to those who watch, bookmarks among them.",
    labels: ["group", "version", "resource"],
  });
  readonly #eventBytes = this.registry.histogram(
    {
      name: "apiserver_watch_events_sizes",
      help: "Bytes of events that were sent to those who watch.",
      labels: ["group", "version", "resource"],
    },
    eventBounds,
  );
  readonly #tooSlow = this.registry.counter({
    name: "apiserver_terminated_watchers_total",
    help: "Watches that were ended because their reader was too slow; it goes on with a new one where that stopped.",
    labels: ["group", "resource"],
  });
  readonly #known = new Map<string, RequestSeries>();
  readonly #mutating = this.#inFlight.at({ request_kind: "mutating" });
  readonly #readOnly = this.#inFlight.at({ request_kind: "readOnly" });
  /** Stops what looks at the process meanwhile. */
  readonly close: () => void;

  constructor() {
    registerOwnProcess(this.registry);
    this.close = registerEventLoop(this.registry);
  }

  /** How many requests are being worked on. */
  get inFlight(): number {
    return this.#mutating.value + this.#readOnly.value;
  }

  /** A request is being worked on; call what it gives when it has been. */
  began(method: string): () => void {
    const gauge = method === "GET" || method === "HEAD" ? this.#readOnly : this.#mutating;
    gauge.add();
    return () => gauge.add(-1);
  }

  answered(labels: RequestLabels, { code, seconds, bytes }: Ending): void {
    const series = this.#seriesOf(labels);
    series.seconds.observe(seconds);
    if (bytes !== undefined) series.bytes?.observe(bytes);
    const known = series.byCode.get(code);
    const counter = known ?? this.#requests.at({ ...shown(labels), dry_run: labels.dryRun, code: String(code) });
    if (known === undefined) series.byCode.set(code, counter);
    counter.add();
  }

  /** A watch has ended because its reader was too slow. */
  tooSlow({ group, plural }: Pick<Kind, "group" | "plural">): void {
    this.#tooSlow.at({ group, resource: plural }).add();
  }

  /** An answer that goes on. Call what it gives when it has ended. */
  opened(labels: RequestLabels): () => void {
    const gauge = this.#open.at(shown(labels));
    gauge.add();
    return () => gauge.add(-1);
  }

  /** A watch that counts what it tells. */
  counted(answer: StreamAnswer, { group, version, resource }: RequestLabels): StreamAnswer {
    const events = this.#events.at({ group, version, resource });
    const bytes = this.#eventBytes.at({ group, version, resource });
    return {
      ...answer,
      run: (outlet) =>
        answer.run({
          ...outlet,
          write: (event) => {
            events.add();
            bytes.observe(event.length);
            return outlet.write(event);
          },
        }),
    };
  }

  #seriesOf(labels: RequestLabels): RequestSeries {
    const { verb, group, version, resource, subresource, scope, dryRun } = labels;
    const key = `${verb} ${group} ${version} ${resource} ${subresource} ${scope} ${dryRun}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made: RequestSeries = {
      byCode: new Map(),
      seconds: this.#seconds.at({ ...shown(labels), dry_run: dryRun }),
      bytes: verb === "GET" || verb === "LIST" ? this.#bytes.at(shown(labels)) : undefined,
    };
    this.#known.set(key, made);
    return made;
  }
}

const shown = ({ verb, group, version, resource, subresource, scope }: RequestLabels) => ({
  verb,
  group,
  version,
  resource,
  subresource,
  scope,
  component: "apiserver",
});
