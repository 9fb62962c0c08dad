import { nodes } from "#api/core/node.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { type Service, services } from "#api/core/service.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { keyOf, placeOf } from "#client/informer.ts";
import type { Informers } from "#client/informers.ts";
import { hostPortsOf, isOnHost } from "#core/host-ports.ts";
import { zoneOf } from "#core/node.ts";
import type { NodeAddresses } from "#core/ruleset/node-table.ts";
import { entryOf } from "#core/services/entry.ts";
import { hostPortEntryName, hostPortEntryOf } from "#core/services/host-ports.ts";
import type { NodeFacts, ServiceEntry, ServiceName } from "#core/services/service-map.ts";
import { ownersOf } from "#core/services/slice-owner.ts";
import { changesOf, everything, type Source } from "../loop.ts";
import { areSame, meaningOf, nodeAddresses, type ObservedNode } from "./node-addresses.ts";

/** What changed since it was last asked. */
export interface Changes {
  /** Of entries: of Services, and of pods with host ports. */
  readonly names: readonly ServiceName[];
  /** undefined where no node's addresses changed. */
  readonly addresses: NodeAddresses | undefined;
  /** Of this node; every Service depends on it. */
  readonly zone: string | undefined;
}

export interface ObservedThings extends ObservedNode {
  /** Whether host ports of pods are ours to serve, and not a network plugin's. */
  readonly hostPorts: boolean;
}

/** The objects that the rules are made of. */
export interface Observed {
  readonly sources: readonly Source[];
  readonly take: () => Changes;
  readonly service: (name: ServiceName) => Service | undefined;
  /** undefined where nothing of that name is exposed here, or nothing has it any more. */
  readonly entry: (name: ServiceName, facts: NodeFacts) => ServiceEntry | undefined;
}

export function observe(informers: Informers, things: ObservedThings): Observed {
  const [allServices, allSlices, allNodes] = [
    informers.of(services),
    informers.of(endpointSlices),
    informers.of(nodes),
  ];
  const slicesOf = allSlices.index(ownersOf);
  const dirty = new Set<ServiceName>();
  const mark = (names: readonly ServiceName[]): readonly string[] => {
    for (const name of names) dirty.add(name);
    return names.length === 0 ? [] : [everything];
  };
  const hostPorts = things.hostPorts ? watchHostPorts(informers, mark) : undefined;
  let [addresses, zone]: [NodeAddresses | undefined, string | undefined] = [undefined, undefined];
  let nodesChanged = true;
  const service = (name: ServiceName): Service | undefined => {
    const { namespace, name: own } = placeOf(name);
    return allServices.get(namespace, own);
  };
  return {
    sources: [
      changesOf(allServices, (one) => mark([keyOf(one)])),
      changesOf(allSlices, (slice) => mark(ownersOf(slice))),
      changesOf(allNodes, (node, other) => {
        if (other !== undefined && meaningOf(node) === meaningOf(other)) return [];
        nodesChanged = true;
        return [everything];
      }),
      ...(hostPorts === undefined ? [] : [hostPorts.source]),
    ],
    take() {
      const before = { addresses, zone };
      // Nobody tells when an address of the machine comes or goes: it is seen at a look without changes, of which there are many.
      if (nodesChanged || dirty.size === 0 || addresses === undefined)
        addresses = nodeAddresses(allNodes.list(), things);
      nodesChanged = false;
      const node = allNodes.get("", things.nodeName);
      zone = node && zoneOf(node);
      if (zone !== before.zone) for (const one of allServices.list()) dirty.add(keyOf(one));
      const names = [...dirty];
      dirty.clear();
      const isSame = before.addresses !== undefined && areSame(before.addresses, addresses);
      return { names, addresses: isSame ? undefined : addresses, zone };
    },
    service,
    entry(name, facts) {
      const found = service(name);
      if (found !== undefined) return entryOf(found, slicesOf(name), facts);
      return hostPorts?.entry(name, facts);
    },
  };
}

/** Pods by the names of their entries, those alone that have host ports. */
function watchHostPorts(informers: Informers, mark: (names: readonly ServiceName[]) => readonly string[]) {
  const allPods = informers.of(pods, { keep: isOnHost });
  const entryNames = (pod: Pod): readonly ServiceName[] =>
    hostPortsOf(pod).length === 0 ? [] : [hostPortEntryName(pod)];
  const named = allPods.index(entryNames);
  return {
    source: changesOf(allPods, (pod) => mark(entryNames(pod))),
    entry(name: ServiceName, facts: NodeFacts): ServiceEntry | undefined {
      const [pod] = named(name);
      return pod && hostPortEntryOf(pod, facts);
    },
  };
}
