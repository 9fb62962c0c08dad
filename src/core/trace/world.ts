import type { Namespace } from "#api/core/namespace.ts";
import type { Node } from "#api/core/node.ts";
import type { Pod } from "#api/core/pod.ts";
import type { Service } from "#api/core/service.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import { contains } from "#net/cidr.ts";
import { type Ip, parseIp } from "#net/ip.ts";
import type { Protocol } from "#net/port.ts";
import { MAX_ALIASES } from "../dns/answer.ts";
import { hostPortNames } from "../dns/host-port-names.ts";
import { hostClaim } from "../dns/ingress-hosts.ts";
import { type Name, parseHostName } from "../dns/name.ts";
import { serviceNames } from "../dns/service-names.ts";
import { Zone } from "../dns/zone.ts";
import { nodeIPs, zoneOf } from "../node.ts";
import type { NodeAddresses } from "../ruleset/node-table.ts";
import { entryOf } from "../services/entry.ts";
import { hostPortEntryName, hostPortEntryOf } from "../services/host-ports.ts";
import type { NodeFacts, ServiceEntry } from "../services/service-map.ts";
import { ownerOf } from "../services/slice-owner.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
import { controllerPod, controllersOf } from "./ingress/controllers.ts";
import { type RoutedObjects, Routing } from "./ingress/routing.ts";
import type { Seen } from "./probe.ts";
import { type NodeRules, type ProxyMode, rulesOf } from "./rules.ts";

/** Everything a story is told from. */
export interface World {
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly namespaces: readonly Namespace[];
  /** Why a list is empty though nobody knows whether it should be: `pods is forbidden: …`. */
  readonly unread: ReadonlyMap<Collection, string>;
  readonly facts: ClusterFacts;
  readonly mode: ProxyMode;
  /** Which node answers for a load balancer's address, by the address. */
  readonly announced: ReadonlyMap<string, string>;
  /** What is known of nodes' addresses beyond what Nodes tell. */
  readonly nodeAddresses?: ReadonlyMap<string, KnownAddresses>;
  /** Ingresses and what they name; absent where the cluster's API has none, or they can't be read. */
  readonly routed?: RoutedObjects;
  /** What was seen, by `probeKey`. */
  readonly seen: ReadonlyMap<string, Seen>;
}
/** A node's addresses: those that its Node tells, those that it serves node ports at, and all that it has. */
export interface KnownAddresses extends Pick<NodeAddresses, "own" | "nodePorts"> {
  readonly local: readonly Ip[];
}
export type Collection =
  | "ingresses"
  | "ingressclasses"
  | "services"
  | "endpointslices"
  | "nodes"
  | "pods"
  | "namespaces";

const keyOf = ({ metadata }: { readonly metadata: { readonly namespace?: string; readonly name: string } }): string =>
  `${metadata.namespace ?? ""}/${metadata.name}`;

/** A story is told several times, with more that was seen, and the routes of ten thousand Ingresses take a second. */
const routings = new WeakMap<RoutedObjects, Pick<World, "services" | "slices"> & { readonly routing: Routing }>();

/** A world, by whatever one asks it for.  */
export class Atlas {
  readonly world: World;
  readonly #services: ReadonlyMap<string, Service>;
  readonly #pods: ReadonlyMap<string, Pod>;
  readonly #podsByIp = new Map<string, Pod>();
  readonly #hostPortPods = new Map<string, Pod>();
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #nodesByIp = new Map<string, Node>();
  readonly #slices: ReadonlyMap<string, readonly EndpointSlice[]>;

  constructor(world: World) {
    this.world = world;
    this.#services = new Map(world.services.map((one) => [keyOf(one), one]));
    this.#pods = new Map(world.pods.map((one) => [keyOf(one), one]));
    this.#nodes = new Map(world.nodes.map((one) => [one.metadata.name, one]));
    for (const node of world.nodes) for (const ip of nodeIPs(node)) this.#nodesByIp.set(ip.text, node);
    for (const pod of world.pods) {
      this.#hostPortPods.set(hostPortEntryName(pod), pod);
      for (const ip of podIPs(pod)) this.#addPod(ip, pod);
    }
    const slices = new Map<string, EndpointSlice[]>();
    for (const slice of world.slices) {
      const owner = ownerOf(slice);
      if (owner !== undefined) slices.set(owner, [...(slices.get(owner) ?? []), slice]);
    }
    this.#slices = slices;
  }

  // An address goes from a pod that has ended to another one.
  #addPod(ip: Ip, pod: Pod): void {
    const ended = pod.status.phase === "Succeeded" || pod.status.phase === "Failed";
    if (pod.spec.hostNetwork !== true && !(ended && this.#podsByIp.has(ip.text))) this.#podsByIp.set(ip.text, pod);
  }

  service = (key: string): Service | undefined => this.#services.get(key);
  /** The pod whose host ports an entry of that name exposes. */
  podOfEntry = (name: string): Pod | undefined => this.#hostPortPods.get(name);
  pod = (key: string): Pod | undefined => this.#pods.get(key);
  /** Of pods with a network of their own. */
  podAt = (ip: Ip): Pod | undefined => this.#podsByIp.get(ip.text);
  node = (name: string): Node | undefined => this.#nodes.get(name);
  nodeAt = (ip: Ip): Node | undefined => this.#nodesByIp.get(ip.text);
  /** A node's own addresses, and those of them that it serves node ports at. */
  addressesOf(node: string): KnownAddresses {
    const found = this.node(node);
    const told = found === undefined ? [] : nodeIPs(found);
    return this.world.nodeAddresses?.get(node) ?? { own: told, nodePorts: told, local: told };
  }
  /** Whether the node serves node ports at that address. */
  servesNodePorts(ip: Ip, node: string): boolean {
    const known = this.world.nodeAddresses?.get(node)?.nodePorts;
    return known === undefined ? this.nodeAt(ip)?.metadata.name === node : known.some(({ text }) => text === ip.text);
  }
  /** A pod in that node's network that has declared the port. */
  hostNetworkPod = (nodeName: string, port: number, protocol: Protocol): Pod | undefined =>
    this.world.pods.find(
      ({ spec, status }) =>
        spec.hostNetwork === true &&
        spec.nodeName === nodeName &&
        status.phase === "Running" &&
        spec.containers.some(({ ports = [] }) =>
          ports.some((one) => one.containerPort === port && one.protocol === protocol),
        ),
    );
  slicesOf = (key: string): readonly EndpointSlice[] => this.#slices.get(key) ?? [];

  isPodIp = (ip: Ip): boolean =>
    this.world.facts.podCidrs.some((block) => contains(block, ip)) || this.#podsByIp.has(ip.text);

  /** The routes of all Ingresses; undefined where those are not known. */
  routing(): Routing | undefined {
    const { routed, facts, pods, services, slices } = this.world;
    if (routed === undefined) return undefined;
    const known = routings.get(routed);
    if (known?.services === services && known.slices === slices) return known.routing;
    const routing = new Routing(routed, {
      service: this.service,
      slices: this.slicesOf,
      families: facts.families,
      controllers: controllersOf(pods, routed.classes),
      controllerPod: controllerPod(pods),
    });
    routings.set(routed, { services, slices, routing });
    return routing;
  }

  /** What a Service exposes on that node. */
  entry(service: Service, nodeName: string): ServiceEntry {
    return entryOf(service, this.slicesOf(keyOf(service)), this.#factsOf(nodeName));
  }

  /** What is exposed on that node at an address, by Services and by pods with host ports; of a few thousand Services few are. */
  entriesAt(ip: Ip, nodeName: string): readonly ServiceEntry[] {
    const isNodes = this.servesNodePorts(ip, nodeName);
    const services = this.world.services.filter(
      (service) =>
        hasAddress(service, ip) || (isNodes && (service.spec.ports ?? []).some((one) => (one.nodePort ?? 0) > 0)),
    );
    return [...services.map((service) => this.entry(service, nodeName)), ...this.#hostPortEntries(nodeName)];
  }

  #factsOf(nodeName: string): NodeFacts {
    const node = this.node(nodeName);
    return { nodeName, zone: node && zoneOf(node), families: this.world.facts.families };
  }

  #hostPortEntries(nodeName: string): readonly ServiceEntry[] {
    const facts = this.#factsOf(nodeName);
    return this.world.pods.flatMap((pod) => hostPortEntryOf(pod, facts) ?? []);
  }

  /**
   * The rules that the node has for packets to that address, if it has what it should. In nftables the other Services' are elements
   * of maps that such a packet never meets; in iptables their number shapes the chains.
   */
  rules(nodeName: string, ip: Ip): NodeRules {
    const { own, nodePorts, local } = this.addressesOf(nodeName);
    const { services, nodes, mode, facts } = this.world;
    const entries =
      mode.kind === "iptables"
        ? [...services.map((one) => this.entry(one, nodeName)), ...this.#hostPortEntries(nodeName)]
        : this.entriesAt(ip, nodeName);
    return rulesOf({
      nodeName,
      addresses: { own, nodePorts, all: nodes.flatMap(nodeIPs) },
      local,
      entries: new Map(entries.map((entry) => [entry.name, entry])),
      facts,
      mode,
      isOurs: this.node(nodeName)?.status.nodeInfo?.containerRuntimeVersion.startsWith("portolan://") ?? false,
    });
  }

  /** The cluster's names, as far as they can matter to who asks for that one. */
  zoneFor(name: Name): Zone {
    const { podCidrs, serviceCidrs, dnsAddresses } = this.world.facts;
    const zone = new Zone({ domain: this.domain(), cidrs: [...podCidrs, ...serviceCidrs], nameServers: dnsAddresses });
    const pod = this.#podOfName(name);
    if (pod !== undefined) zone.replace(name, hostPortNames(pod, this.domain()));
    for (const ingress of this.routing()?.ingressesOf(name.slice(0, -1)) ?? [])
      zone.replaceHosts(keyOf(ingress), hostClaim(ingress, this.domain()));
    let next: Name | undefined = name;
    for (let step = 0; step <= MAX_ALIASES; step++) {
      const service: Service | undefined = next === undefined ? undefined : this.serviceOfName(next);
      if (service === undefined) break;
      zone.replace(keyOf(service), serviceNames(service, this.slicesOf(keyOf(service)), this.domain()));
      next = parseHostName(service.spec.externalName ?? "");
    }
    return zone;
  }

  /** The pod whose host ports a name leads to. */
  #podOfName(name: Name): Pod | undefined {
    const suffix = `.hostport.${this.domain()}`;
    const [namespace, pod] = name.endsWith(suffix) ? name.slice(0, -suffix.length).split(".").toReversed() : [];
    return this.pod(`${namespace}/${pod}`);
  }

  /** The Service whose name it is, or below whose name it stands. */
  serviceOfName(name: Name): Service | undefined {
    const suffix = `.svc.${this.domain()}`;
    if (!name.endsWith(suffix)) return undefined;
    const [namespace, service] = name.slice(0, -suffix.length).split(".").toReversed();
    return this.service(`${namespace}/${service}`);
  }

  /** `cluster.local.` */
  domain = (): Name => `${this.world.facts.domain}.`;
}

/** Whether an address is a Service's: its cluster IP, an external IP or a load balancer's. */
export function hasAddress({ spec, status }: Service, ip: Ip): boolean {
  const balancers = (status.loadBalancer.ingress ?? []).map((one) => one.ip ?? "");
  const all = [...(spec.clusterIPs ?? [spec.clusterIP ?? ""]), ...(spec.externalIPs ?? []), ...balancers];
  return all.some((text) => text === ip.text || (ip.family === "IPv6" && parseIp(text)?.text === ip.text));
}

export const podIPs = ({ status }: Pod): readonly Ip[] => {
  const texts = status.podIPs?.map(({ ip }) => ip) ?? [status.podIP ?? ""];
  return texts.map(parseIp).filter((ip) => ip !== undefined);
};

export { keyOf };
