import type { Service, ServicePort } from "#api/core/service.ts";
import { invalidField } from "#machinery/field-problem.ts";
import { showPortRange } from "#net/port.ts";
import type { Assignment } from "./assignment.ts";
import { choose, portPool } from "./pool.ts";
import { type Facts, holdingOf, needsHealthCheckPort, needsNodePorts } from "./taken.ts";

/**
 * Node ports for the types that have them, and a health check port for a load balancer that wants local endpoints only.
 * A node port belongs to one Service whatever its protocol; inside it, TCP and UDP of one port may share it.
 */
export function assignNodePorts(service: Service, old: Service | undefined, facts: Facts): Assignment {
  const desk = new Desk(facts, old, holdingOf(service).ports);
  if (needsNodePorts(service)) {
    const assigned = assignPorts(service, old, desk);
    if (assigned.kind !== "assigned") return assigned;
    return needsHealthCheckPort(service) ? assignHealthCheckPort(assigned.service, desk) : assigned;
  }
  return { kind: "assigned", service };
}

function assignPorts(service: Service, old: Service | undefined, desk: Desk): Assignment {
  const { ports: wanted = [], allocateLoadBalancerNodePorts, type } = service.spec;
  const isAutomatic = type !== "LoadBalancer" || allocateLoadBalancerNodePorts !== false;
  const shared = new Map<number, number>(); // by the Service's own port: for a new Service, TCP and UDP of a port get one node port
  const ports: ServicePort[] = [];
  for (const [i, port] of wanted.entries()) {
    const asked = port.nodePort ?? 0;
    const known = old === undefined ? shared.get(port.port) : undefined;
    const nodePort = asked !== 0 ? asked : (known ?? (old === undefined ? askedElsewhere(wanted, port.port) : 0));
    if (nodePort === 0 && !isAutomatic) {
      ports.push(port);
      continue;
    }
    const outcome = nodePort === 0 ? desk.next() : desk.take(nodePort);
    if (outcome.kind === "full") return { kind: "exhausted", message: "failed to allocate a nodePort: range is full" };
    if (outcome.kind === "refused")
      return { kind: "refused", problems: [invalidField(`spec.ports[${i}].nodePort`, nodePort, outcome.detail)] };
    shared.set(port.port, outcome.port);
    ports.push({ ...port, nodePort: outcome.port });
  }
  return {
    kind: "assigned",
    service: wanted.length === 0 ? service : { ...service, spec: { ...service.spec, ports } },
  };
}

const askedElsewhere = (ports: readonly ServicePort[], port: number): number =>
  ports.find((one) => one.port === port && one.nodePort !== undefined && one.nodePort !== 0)?.nodePort ?? 0;

function assignHealthCheckPort(service: Service, desk: Desk): Assignment {
  const asked = service.spec.healthCheckNodePort ?? 0;
  const outcome = asked === 0 ? desk.next() : desk.take(asked);
  if (outcome.kind === "full")
    return { kind: "exhausted", message: "failed to allocate a HealthCheck NodePort 0: range is full" };
  if (outcome.kind === "refused")
    return {
      kind: "exhausted",
      message: `failed to allocate requested HealthCheck NodePort ${asked}: ${outcome.detail}`,
    };
  return { kind: "assigned", service: { ...service, spec: { ...service.spec, healthCheckNodePort: outcome.port } } };
}

type Taking =
  | { readonly kind: "taken"; readonly port: number }
  | { readonly kind: "refused"; readonly detail: string }
  | { readonly kind: "full" };

/** Gives ports to one Service: what it has, or asks for by name, is not given to it a second time by chance. */
class Desk {
  readonly #facts: Facts;
  readonly #own: Set<number>;
  readonly #asked: ReadonlySet<number>;

  constructor(facts: Facts, old: Service | undefined, asked: readonly number[]) {
    this.#facts = facts;
    this.#asked = new Set(asked);
    this.#own = new Set(old === undefined ? [] : holdingOf(old).ports);
  }

  take(port: number): Taking {
    const { nodePorts, isPortTaken } = this.#facts;
    if (this.#own.has(port)) return { kind: "taken", port };
    if (port < nodePorts.first || port > nodePorts.last)
      return {
        kind: "refused",
        detail: `provided port is not in the valid range. The range of valid ports is ${showPortRange(nodePorts)}`,
      };
    if (isPortTaken(port)) return { kind: "refused", detail: "provided port is already allocated" };
    this.#own.add(port);
    return { kind: "taken", port };
  }

  next(): Taking {
    const { nodePorts, isPortTaken, random } = this.#facts;
    const isTaken = (number: number) => {
      const port = nodePorts.first + number;
      return isPortTaken(port) || this.#own.has(port) || this.#asked.has(port);
    };
    const number = choose(portPool(nodePorts), isTaken, random);
    if (number === undefined) return { kind: "full" };
    this.#own.add(nodePorts.first + number);
    return { kind: "taken", port: nodePorts.first + number };
  }
}
