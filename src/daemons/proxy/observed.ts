import { networkInterfaces } from "node:os";
import { type Node, nodes } from "#api/core/node.ts";
import { type Service, services } from "#api/core/service.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { keyOf, placeOf } from "#client/informer.ts";
import type { Informers } from "#client/informers.ts";
import type { NodeAddresses } from "#core/ruleset/node-table.ts";
import { serviceNameLabel } from "#core/services/entry.ts";
import type { ServiceName } from "#core/services/service-map.ts";
import { type Cidr, contains } from "#net/cidr.ts";
import { type Ip, parseIp } from "#net/ip.ts";
import { changesOf, everything, type Source } from "../loop.ts";

/** Source: kubernetes.io well-known labels. */
const zoneLabel = "topology.kubernetes.io/zone";

/** What changed since it was last asked. */
export interface Changes {
  readonly names: readonly ServiceName[];
  /** undefined where no node's addresses changed. */
  readonly addresses: NodeAddresses | undefined;
  /** Of this node; every Service depends on it. */
  readonly zone: string | undefined;
}

export interface ObservedNode {
  readonly nodeName: string;
  /** Where node ports are served: those of this machine's addresses that lie in one of the blocks. undefined: the Node's addresses. */
  readonly nodePortBlocks: readonly Cidr[] | undefined;
}

/** The objects that the rules are made of. */
export interface Observed {
  readonly sources: readonly Source[];
  readonly take: () => Changes;
  readonly service: (name: ServiceName) => Service | undefined;
  readonly slicesOf: (name: ServiceName) => readonly EndpointSlice[];
}

export function observe(informers: Informers, own: ObservedNode): Observed {
  const [allServices, allSlices, allNodes] = [
    informers.of(services),
    informers.of(endpointSlices),
    informers.of(nodes),
  ];
  const slicesOf = allSlices.index(serviceNamesOf);
  const dirty = new Set<ServiceName>();
  let [addresses, zone]: [NodeAddresses | undefined, string | undefined] = [undefined, undefined];
  const mark = (names: readonly ServiceName[]): readonly string[] => {
    for (const name of names) dirty.add(name);
    return names.length === 0 ? [] : [everything];
  };
  return {
    sources: [
      changesOf(allServices, (service) => mark([keyOf(service)])),
      changesOf(allSlices, (slice) => mark(serviceNamesOf(slice))),
      changesOf(allNodes, (node, other) => {
        // A node's heartbeat is no reason for anything.
        return other !== undefined && textOf(node) === textOf(other) ? [] : [everything];
      }),
    ],
    take() {
      const before = { addresses, zone };
      addresses = addressesOf(allNodes.list(), own);
      zone = allNodes.get("", own.nodeName)?.metadata.labels?.[zoneLabel];
      if (zone !== before.zone) for (const service of allServices.list()) dirty.add(keyOf(service));
      const isMoved = before.addresses === undefined || showAll(before.addresses) !== showAll(addresses);
      const names = [...dirty];
      dirty.clear();
      return { names, addresses: isMoved ? addresses : undefined, zone };
    },
    service(name) {
      const { namespace, name: own } = placeOf(name);
      return allServices.get(namespace, own);
    },
    slicesOf,
  };
}

function serviceNamesOf({ metadata }: EndpointSlice): readonly ServiceName[] {
  const service = metadata.labels?.[serviceNameLabel];
  return service === undefined ? [] : [`${metadata.namespace}/${service}`];
}

// Interfaces are looked at each time: nobody tells when one comes or goes.
function addressesOf(all: readonly Node[], { nodeName, nodePortBlocks: blocks }: ObservedNode): NodeAddresses {
  const own = all.filter(({ metadata }) => metadata.name === nodeName).flatMap(addressesIn);
  const nodePorts =
    blocks === undefined ? own : machineAddresses().filter((ip) => blocks.some((block) => contains(block, ip)));
  return { own, nodePorts, all: all.flatMap(addressesIn) };
}

const machineAddresses = (): readonly Ip[] =>
  Object.values(networkInterfaces())
    .flatMap((some) => some ?? [])
    // What is sent to the loopback never meets rules that could lead it elsewhere.
    .flatMap(({ address, internal }) => (internal ? [] : (parseIp(address) ?? [])));

const addressesIn = ({ status }: Node): readonly Ip[] =>
  (status.addresses ?? []).flatMap(({ type, address }) =>
    type === "InternalIP" || type === "ExternalIP" ? (parseIp(address) ?? []) : [],
  );

const showIps = (all: readonly Ip[]): string => all.map(({ text }) => text).join(" ");
const showAll = ({ own, nodePorts, all }: NodeAddresses): string => [own, nodePorts, all].map(showIps).join(", ");
const textOf = (node: Node): string => `${showIps(addressesIn(node))} ${node.metadata.labels?.[zoneLabel]}`;
