import { type Service, services } from "#api/core/service.ts";
import type { Backoff } from "#client/backoff.ts";
import { type EventRecorder, referenceTo } from "#client/events.ts";
import type { ServiceEntry, ServiceName } from "#core/services/service-map.ts";
import type { Ip, IpFamily } from "#net/ip.ts";
import { type PortHolder, type PortQuestion, portHolders } from "#os/port-holders.ts";
import { everything, type Failure, type Loop, loop } from "../loop.ts";
import type { RulesFollower } from "./followers.ts";
import type { RuleChange } from "./kernel-rules.ts";
import { Openings } from "./openings.ts";
import { type Relayed, relay } from "./relay.ts";

export interface NodePortOptions {
  readonly nodeName: string;
  readonly serviceOf: (name: ServiceName) => Service | undefined;
  readonly recorder: EventRecorder;
  readonly backoff: Backoff;
  readonly failed: (failure: Failure) => void;
}

interface PortOfService extends PortQuestion {
  readonly service: ServiceName;
}
interface NodePort extends PortOfService {
  readonly via: "NodePort" | "HostPort";
  readonly families: ReadonlySet<IpFamily>;
}

/**
 * What a port of the node needs beside its rules: an answer on the machine's own localhost; and for a Service's node port a warning
 * where a process of the machine has it too, since the rules take its clients away. (A pod is warned by its agent.)
 */
export class NodePorts implements RulesFollower {
  readonly #options: NodePortOptions;
  readonly #relays: Openings<Relayed & NodePort>;
  readonly #looking: Loop;
  readonly #ports = new Map<ServiceName, readonly NodePort[]>();
  readonly #unseen: PortOfService[] = [];
  /** Where rules serve node ports, and where host ports. */
  #addresses: Readonly<Record<NodePort["via"], readonly Ip[]>> = { NodePort: [], HostPort: [] };

  constructor(options: NodePortOptions) {
    this.#options = options;
    const { backoff, failed } = options;
    this.#relays = new Openings<Relayed & NodePort>({
      name: "localhost-relay",
      open: relay,
      textOf: ({ to }) => to,
      taken: ({ service, protocol, port }) => this.#look({ service, protocol, port }),
      backoff,
      failed,
    });
    this.#looking = loop<readonly PortOfService[]>({
      name: "node-port-holders",
      sources: [],
      plan: () => (this.#unseen.length === 0 ? undefined : this.#unseen.splice(0)),
      apply: (ports) => this.#warn(ports),
      parallel: 1,
      backoff,
      failed,
    });
  }

  changed({ entries, addresses }: RuleChange): void {
    if (addresses !== undefined) {
      this.#addresses = { NodePort: addresses.nodePorts, HostPort: addresses.own };
      for (const ports of this.#ports.values()) this.#relay(ports);
    }
    for (const [name, entry] of entries) {
      const [before, ports] = [this.#ports.get(name) ?? [], nodePortsOf(name, entry)];
      if (ports.length === 0) this.#ports.delete(name);
      else this.#ports.set(name, ports);
      const [old, now] = [new Set(before.map(keyOf)), new Set(ports.map(keyOf))];
      for (const gone of before.filter((port) => !now.has(keyOf(port)))) this.#close(gone);
      const fresh = ports.filter((port) => !old.has(keyOf(port)));
      this.#relay(ports);
      for (const port of fresh) this.#look(port);
    }
  }

  async idle(): Promise<void> {
    await this.#relays.idle();
    await this.#looking.idle();
  }

  async stop(): Promise<void> {
    await this.#looking.stop();
    await this.#relays.stop();
  }

  #relay(ports: readonly NodePort[]): void {
    for (const port of ports)
      for (const { from, family } of loopbacks) {
        const to = this.#addresses[port.via].find((ip) => ip.family === family)?.text;
        const isServed = to !== undefined && port.families.has(family);
        this.#relays.want(`${keyOf(port)} ${from}`, isServed ? { ...port, from, to } : undefined);
      }
  }

  #close(port: NodePort): void {
    for (const { from } of loopbacks) this.#relays.want(`${keyOf(port)} ${from}`, undefined);
  }

  #look(port: PortOfService): void {
    this.#unseen.push(port);
    this.#looking.enqueue(everything);
  }

  async #warn(ports: readonly PortOfService[]): Promise<undefined> {
    const { nodeName, serviceOf, recorder } = this.#options;
    for (const [{ service, protocol, port }, holders] of await portHolders(ports, "leftOut")) {
      const about = serviceOf(service);
      if (about === undefined) continue;
      const message = `node port ${port}/${protocol} is also a port of ${holders.map(showHolder).join(" and ")} on ${nodeName}: the Service gets what clients send there; end that process, or give the Service another nodePort`;
      recorder.record(referenceTo(services, about), "Warning", { reason: "NodePortTaken", message });
    }
  }
}

const showHolder = ({ pid, command }: PortHolder): string =>
  pid === 0 ? "a process of another PID namespace" : `process ${pid} (${command})`;

const loopbacks: readonly { readonly from: string; readonly family: IpFamily }[] = [
  { from: "127.0.0.1", family: "IPv4" },
  { from: "::1", family: "IPv6" },
];

const keyOf = ({ service, protocol, port }: PortOfService): string => `${service} ${protocol} ${port}`;

function nodePortsOf(service: ServiceName, entry: ServiceEntry | undefined): readonly NodePort[] {
  const ports = new Map<string, NodePort & { readonly families: Set<IpFamily> }>();
  for (const { via, at, family, protocol, port } of entry?.frontends ?? []) {
    if ((via !== "NodePort" && via !== "HostPort") || at !== "NodeAddresses" || protocol === "SCTP") continue;
    const found = ports.get(`${protocol} ${port}`) ?? { service, via, protocol, port, families: new Set() };
    found.families.add(family);
    ports.set(`${protocol} ${port}`, found);
  }
  return [...ports.values()];
}
