import type { Namespace } from "#api/core/namespace.ts";
import type { Node } from "#api/core/node.ts";
import type { Pod } from "#api/core/pod.ts";
import type { Service } from "#api/core/service.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import { type Cidr, contains } from "#net/cidr.ts";
import { type Ip, parseIp } from "#net/ip.ts";
import type { Protocol } from "#net/port.ts";
import type { Name } from "../dns/name.ts";
import { serviceNames } from "../dns/service-names.ts";
import { Zone } from "../dns/zone.ts";
import type { NodeAddresses } from "../ruleset/node-table.ts";
import { entryOf, serviceNameLabel } from "../services/entry.ts";
import { hostPortEntryName, hostPortEntryOf } from "../services/host-ports.ts";
import type { ServiceEntry } from "../services/service-map.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
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
  /** What was seen, by `probeKey`. */
  readonly seen: ReadonlyMap<string, Seen>;
}
/** A node's addresses: those that its Node tells, those that it serves node ports at, and all that it has. */
export interface KnownAddresses extends Pick<NodeAddresses, "own" | "nodePorts"> {
  readonly local: readonly Ip[];
}
export type Collection = "services" | "endpointslices" | "nodes" | "pods" | "namespaces";

const keyOf = ({ metadata }: { readonly metadata: { readonly namespace?: string; readonly name: string } }): string =>
  `${metadata.namespace ?? ""}/${metadata.name}`;

/** A world, by whatever one asks it for. What takes time is worked out when it is asked for first. */
export class Atlas {
  readonly world: World;
  readonly #services: ReadonlyMap<string, Service>;
  readonly #pods: ReadonlyMap<string, Pod>;
  readonly #podsByIp = new Map<string, Pod>();
  readonly #hostPortPods = new Map<string, Pod>();
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #nodesByIp = new Map<string, Node>();
  readonly #slices: ReadonlyMap<string, readonly EndpointSlice[]>;
  readonly #entries = new Map<string, ReadonlyMap<string, ServiceEntry>>();
  readonly #rules = new Map<string, NodeRules>();
  #zone: Zone | undefined;

  constructor(world: World) {
    this.world = world;
    this.#services = new Map(world.services.map((one) => [keyOf(one), one]));
    this.#pods = new Map(world.pods.map((one) => [keyOf(one), one]));
    this.#nodes = new Map(world.nodes.map((one) => [one.metadata.name, one]));
    for (const node of world.nodes) for (const ip of addressesOf(node)) this.#nodesByIp.set(ip.text, node);
    for (const pod of world.pods) {
      this.#hostPortPods.set(hostPortEntryName(pod), pod);
      for (const ip of podIPs(pod)) this.#addPod(ip, pod);
    }
    const slices = new Map<string, EndpointSlice[]>();
    for (const slice of world.slices) {
      const key = `${slice.metadata.namespace}/${slice.metadata.labels?.[serviceNameLabel] ?? ""}`;
      slices.set(key, [...(slices.get(key) ?? []), slice]);
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
    const told = found === undefined ? [] : addressesOf(found);
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

  /** What every Service exposes on that node, and every pod by its host ports. */
  entries(nodeName: string): ReadonlyMap<string, ServiceEntry> {
    const known = this.#entries.get(nodeName);
    if (known !== undefined) return known;
    const zone = this.node(nodeName)?.metadata.labels?.["topology.kubernetes.io/zone"];
    const facts = { nodeName, zone, families: this.world.facts.families };
    const entries = [
      ...this.world.services.map((service) => entryOf(service, this.slicesOf(keyOf(service)), facts)),
      ...this.world.pods.flatMap((pod) => hostPortEntryOf(pod, facts) ?? []),
    ];
    const made = new Map(entries.map((entry) => [entry.name, entry]));
    this.#entries.set(nodeName, made);
    return made;
  }

  /** The rules that the node has, if it has what it should. */
  rules(nodeName: string): NodeRules {
    const known = this.#rules.get(nodeName);
    if (known !== undefined) return known;
    const { own, nodePorts, local } = this.addressesOf(nodeName);
    const all = this.world.nodes.flatMap(addressesOf);
    const isOurs = this.node(nodeName)?.status.nodeInfo?.containerRuntimeVersion.startsWith("portolan://") ?? false;
    const made = rulesOf({
      nodeName,
      addresses: { own, nodePorts, all },
      local,
      entries: this.entries(nodeName),
      facts: this.world.facts,
      mode: this.world.mode,
      isOurs,
    });
    this.#rules.set(nodeName, made);
    return made;
  }

  /** The cluster's names. */
  zone(): Zone {
    if (this.#zone !== undefined) return this.#zone;
    const { podCidrs, serviceCidrs, dnsAddresses } = this.world.facts;
    const zone = new Zone({ domain: this.domain(), cidrs: cidrsOf(podCidrs, serviceCidrs), nameServers: dnsAddresses });
    for (const service of this.world.services)
      zone.replace(keyOf(service), serviceNames(service, this.slicesOf(keyOf(service)), this.domain()));
    this.#zone = zone;
    return zone;
  }

  /** `cluster.local.` */
  domain = (): Name => `${this.world.facts.domain}.`;
}

const cidrsOf = (...lists: readonly (readonly Cidr[])[]): readonly Cidr[] => lists.flat();

/** Where a node is reached by others. */
export const addressesOf = ({ status }: Node): readonly Ip[] =>
  (status.addresses ?? []).flatMap(({ type, address }) =>
    type === "InternalIP" || type === "ExternalIP" ? (parseIp(address) ?? []) : [],
  );

export const podIPs = ({ status }: Pod): readonly Ip[] => {
  const texts = status.podIPs?.map(({ ip }) => ip) ?? [status.podIP ?? ""];
  return texts.map(parseIp).filter((ip) => ip !== undefined);
};

export { keyOf };
