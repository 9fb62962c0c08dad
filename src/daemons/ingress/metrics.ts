import { registerOwnProcess } from "#metrics/own-process.ts";
import type { Registry } from "#metrics/registry.ts";

/** Upper bounds, in seconds: 1 ms doubled twelve times. */
const bounds = Array.from({ length: 13 }, (_, i) => 0.001 * 2 ** i);

/** How large what is served is, at the moment. */
export interface Extent {
  readonly ingresses: number;
  readonly hosts: number;
  readonly backends: number;
  readonly certificates: number;
}

/** What the controller counts of itself. Its engine counts requests and reloads into the same registry. */
export class IngressMetrics {
  readonly #registry: Registry;
  readonly #served;
  readonly #failures;

  constructor(registry: Registry, extent: () => Extent) {
    this.#registry = registry;
    const title = (name: string, help: string) => ({ name: `portolan_ingress_${name}`, help, labels: [] });
    this.#served = registry
      .histogram(title("table_duration_seconds", "Work for one change until the engine served it, in seconds."), bounds)
      .at({});
    this.#failures = registry
      .counter(title("table_failures_total", "Tables that the engine did not take; it went on with the one before."))
      .at({});
    const gauges = {
      ingresses: registry.gauge(title("ingresses", "Ingresses of the classes that are served here.")).at({}),
      hosts: registry.gauge(title("hosts", "Hosts that are served.")).at({}),
      backends: registry.gauge(title("backends", "Ports of Services that requests are sent to.")).at({}),
      certificates: registry.gauge(title("certificates", "Names that have a certificate.")).at({}),
    };
    registry.beforeReading(() => {
      const { ingresses, hosts, backends, certificates } = extent();
      gauges.ingresses.set(ingresses);
      gauges.hosts.set(hosts);
      gauges.backends.set(backends);
      gauges.certificates.set(certificates);
    });
    registerOwnProcess(registry);
  }

  served(seconds: number): void {
    this.#served.observe(seconds);
  }

  failed(): void {
    this.#failures.add();
  }

  text(): string {
    return this.#registry.text();
  }
}
