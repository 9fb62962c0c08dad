import type { Backoff } from "#client/backoff.ts";
import type { ServiceEntry, ServiceName } from "#core/services/service-map.ts";
import type { Ip } from "#net/ip.ts";
import { listenHttp, type Page } from "../http-listener.ts";
import type { Failure } from "../loop.ts";
import type { RulesFollower } from "./followers.ts";
import type { RuleChange } from "./kernel-rules.ts";
import { Openings } from "./openings.ts";

interface HealthCheckOptions {
  /** Whether the rules keep up with the API. */
  readonly isHealthy: () => boolean;
  readonly backoff: Backoff;
  readonly failed: (failure: Failure) => void;
}

interface Check {
  readonly service: ServiceName;
  readonly address: string;
  readonly port: number;
}

/**
 * Answers load balancers that ask at a Service's `spec.healthCheckNodePort` whether this node has endpoints of it, so that they
 * send their traffic where it is not dropped. Source: pkg/proxy/healthcheck/service_health.go.
 */
export class HealthChecks implements RulesFollower {
  readonly #health = new Map<ServiceName, NonNullable<ServiceEntry["health"]>>();
  readonly #listeners: Openings<Check>;
  #addresses: readonly Ip[] = [];

  constructor({ isHealthy, backoff, failed }: HealthCheckOptions) {
    this.#listeners = new Openings<Check>({
      name: "health-check-ports",
      open: ({ service, address, port }) =>
        listenHttp({ address, port }, () =>
          healthPage(service, this.#health.get(service)?.localEndpoints ?? 0, isHealthy()),
        ),
      textOf: ({ port }) => String(port),
      taken: ({ service, address, port }) =>
        failed({
          loop: "health-check-ports",
          key: service,
          fault: new Error(`${address}:${port} is in use by another process`),
          failures: 1,
        }),
      backoff,
      failed,
    });
  }

  changed({ entries, addresses }: RuleChange): void {
    const before = this.#addresses;
    this.#addresses = addresses?.nodePorts ?? before;
    for (const [name, entry] of entries) {
      if (entry?.health === undefined) this.#health.delete(name);
      else this.#health.set(name, entry.health);
      this.#listen(name, before);
    }
    if (addresses !== undefined) for (const name of this.#health.keys()) this.#listen(name, before);
  }

  idle(): Promise<void> {
    return this.#listeners.idle();
  }

  stop(): Promise<void> {
    return this.#listeners.stop();
  }

  #listen(service: ServiceName, before: readonly Ip[]): void {
    const port = this.#health.get(service)?.port;
    const own = new Set(this.#addresses.map(({ text }) => text));
    for (const address of new Set([...own, ...before.map(({ text }) => text)])) {
      const isWanted = port !== undefined && own.has(address);
      this.#listeners.want(`${service} ${address}`, isWanted ? { service, address, port } : undefined);
    }
  }
}
/** To the letter as kube-proxy writes it. */
export function healthPage(service: ServiceName, localEndpoints: number, isHealthy: boolean): Page {
  const [namespace, name] = service.split("/");
  const facts = { service: { namespace, name }, localEndpoints, serviceProxyHealthy: isHealthy };
  return {
    status: localEndpoints > 0 && isHealthy ? 200 : 503,
    headers: {
      "content-type": "application/json",
      "x-content-type-options": "nosniff",
      "x-load-balancing-endpoint-weight": String(localEndpoints),
    },
    body: JSON.stringify(facts, undefined, "\t"),
  };
}
