import type { Registry } from "#metrics/registry.ts";
import type { Histogram, Value } from "#metrics/series.ts";
import type { Account } from "./access-log.ts";

/** Upper bounds, in seconds: 1 ms doubled sixteen times. */
const bounds = Array.from({ length: 17 }, (_, i) => 0.001 * 2 ** i);

/** What one route has served. */
interface RouteSeries {
  readonly byStatus: Map<number, Value>;
  readonly duration: Histogram;
  readonly received: Value;
  readonly sent: Value;
}

/** Counts requests by route; those without a route have an empty name. */
export class RequestMetrics {
  readonly #requests;
  readonly #durations;
  readonly #received;
  readonly #sent;
  readonly #routes = new Map<string, RouteSeries>();

  constructor(registry: Registry) {
    const named = <L extends string>(name: string, help: string, labels: readonly L[]) => ({
      name: `portolan_ingress_${name}`,
      help,
      labels,
    });
    const route = ["route"] as const;
    this.#requests = registry.counter(
      named("requests_total", "Requests, by route and status.", ["route", "status"] as const),
    );
    this.#durations = registry.histogram(
      named("request_duration_seconds", "From a request's head to the end of its answer, in seconds.", route),
      bounds,
    );
    this.#received = registry.counter(named("received_bytes_total", "Bytes of requests' bodies.", route));
    this.#sent = registry.counter(named("sent_bytes_total", "Bytes of answers' bodies.", route));
  }

  count({ route, status, durationSeconds, receivedBytes, sentBytes }: Account): void {
    const series = this.#seriesOf(route?.id ?? "");
    const known = series.byStatus.get(status);
    const value = known ?? this.#requests.at({ route: route?.id ?? "", status: `${status}` });
    if (known === undefined) series.byStatus.set(status, value);
    value.add();
    series.duration.observe(durationSeconds);
    if (receivedBytes > 0) series.received.add(receivedBytes);
    if (sentBytes > 0) series.sent.add(sentBytes);
  }

  #seriesOf(route: string): RouteSeries {
    const known = this.#routes.get(route);
    if (known !== undefined) return known;
    const made: RouteSeries = {
      byStatus: new Map(),
      duration: this.#durations.at({ route }),
      received: this.#received.at({ route }),
      sent: this.#sent.at({ route }),
    };
    this.#routes.set(route, made);
    return made;
  }
}
