import { type Node, nodes } from "#api/core/node.ts";
import { type Service, services } from "#api/core/service.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { keyOf, placeOf } from "#client/informer.ts";
import type { Informers } from "#client/informers.ts";
import type { NodeAddresses } from "#core/ruleset/node-table.ts";
import { serviceNameLabel } from "#core/services/entry.ts";
import type { ServiceName } from "#core/services/service-map.ts";
import { type Ip, parseIp } from "#net/ip.ts";
import { changesOf, everything, type Source } from "../loop.ts";

/** What changed since it was last asked. */
export interface Changes {
  readonly names: readonly ServiceName[];
  /** undefined where no node's addresses changed. */
  readonly addresses: NodeAddresses | undefined;
}

/** The objects that the rules are made of. */
export interface Observed {
  readonly sources: readonly Source[];
  readonly take: () => Changes;
  readonly service: (name: ServiceName) => Service | undefined;
  readonly slicesOf: (name: ServiceName) => readonly EndpointSlice[];
}

export function observe(informers: Informers, nodeName: string): Observed {
  const [allServices, allSlices, allNodes] = [
    informers.of(services),
    informers.of(endpointSlices),
    informers.of(nodes),
  ];
  const slicesOf = allSlices.index(serviceNamesOf);
  const dirty = new Set<ServiceName>();
  let moved = true;
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
        if (other !== undefined && textOf(node) === textOf(other)) return [];
        moved = true;
        return [everything];
      }),
    ],
    take() {
      const changes = { names: [...dirty], addresses: moved ? addressesOf(allNodes.list(), nodeName) : undefined };
      dirty.clear();
      moved = false;
      return changes;
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

const addressesOf = (all: readonly Node[], nodeName: string): NodeAddresses => ({
  own: all.filter(({ metadata }) => metadata.name === nodeName).flatMap(internalIPs),
  all: all.flatMap(internalIPs),
});

const internalIPs = ({ status }: Node): readonly Ip[] =>
  (status.addresses ?? []).flatMap(({ type, address }) => (type === "InternalIP" ? (parseIp(address) ?? []) : []));

const textOf = (node: Node): string =>
  internalIPs(node)
    .map(({ text }) => text)
    .join(" ");
