import { nodes } from "#api/core/node.ts";
import { readAs } from "#client/wire.ts";
import type { ProxyMode } from "#core/trace/rules.ts";
import type { Story } from "#core/trace/story.ts";
import type { World } from "#core/trace/world.ts";
import {
  around,
  type Flow,
  isNode,
  nodeAddresses,
  nodeName,
  type Objects,
  otherAddresses,
  seenIn,
  showPlace,
} from "../data-plane/scenario.ts";

/** A scenario as a trace sees it. Its nodes are Portolan's. */
export function worldOfScenario(objects: Objects, mode: ProxyMode): World {
  const { addresses } = seenIn(objects);
  return {
    services: objects.services,
    slices: objects.slices,
    nodes: objects.nodes.map((node) => {
      const nodeInfo = { containerRuntimeVersion: "portolan://1" };
      return readAs(nodes, { ...node, status: { ...node.status, nodeInfo } });
    }),
    pods: objects.pods,
    namespaces: [],
    unread: new Map(),
    mode,
    announced: new Map(),
    facts: {
      families: around.families,
      podCidrs: around.clusterCidrs,
      serviceCidrs: around.serviceCidrs,
      dnsAddresses: around.dnsAddresses,
      domain: "cluster.local",
    },
    nodeAddresses: new Map([[nodeName, { ...addresses, local: [...nodeAddresses, ...otherAddresses] }]]),
    seen: new Map(),
  };
}

/** Where a trace ends, in the words of flows.txt: whom the node itself asks sees the node in any case. */
export function endsOf({ fate }: Story, { from }: Flow): readonly string[] {
  if (fate === undefined) return ["nowhere"];
  if (fate.kind !== "passes") return [fate.kind];
  return fate.ends
    .map(({ ip, port, masqueraded }) => `${showPlace(ip.text, port)}${masqueraded && !isNode(from) ? " as node" : ""}`)
    .toSorted();
}
