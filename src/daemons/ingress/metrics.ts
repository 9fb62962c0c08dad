import { registerOwnProcess } from "#metrics/own-process.ts";
import type { Registry } from "#metrics/registry.ts";

/** Upper bounds, in seconds: 1 ms doubled twelve times. */
const bounds = Array.from({ length: 13 }, (_, i) => 0.001 * 2 ** i);

/** How large what is served is. */
export interface Extent {
  readonly ingresses: number;
  readonly hosts: number;
  readonly refused: number;
  readonly noted: number;
}

/** What the controller counts of itself. Its engine counts requests and reloads into the same registry. */
export class IngressMetrics {
  readonly #registry: Registry;
  readonly #served;
  readonly #failures;
  readonly #ingresses;
  readonly #hosts;
  readonly #findings;

  constructor(registry: Registry) {
    this.#registry = registry;
    const named = (name: string, help: string) => ({ name: `portolan_ingress_${name}`, help, labels: [] });
    const title = named("table_duration_seconds", "From a change of objects until the engine served it, in seconds.");
    this.#served = registry.histogram(title, bounds).at({});
    this.#failures = registry
      .counter(named("table_failures_total", "Tables that the engine did not take; it went on with the one before."))
      .at({});
    this.#ingresses = registry.gauge(named("ingresses", "Ingresses of the classes that are served here.")).at({});
    this.#hosts = registry.gauge(named("hosts", "Hosts that are served.")).at({});
    this.#findings = registry.gauge({
      ...named("findings", "What is wrong with objects, or worth knowing, at the moment."),
      labels: ["weight"],
    });
    registerOwnProcess(registry);
  }

  served(seconds: number, { ingresses, hosts, refused, noted }: Extent): void {
    this.#served.observe(seconds);
    this.#ingresses.set(ingresses);
    this.#hosts.set(hosts);
    this.#findings.at({ weight: "refused" }).set(refused);
    this.#findings.at({ weight: "noted" }).set(noted);
  }

  failed(): void {
    this.#failures.add();
  }

  text(): string {
    return this.#registry.text();
  }
}
