import { nodes } from "#api/core/node.ts";
import { readAs } from "#client/wire.ts";
import type { World } from "#core/trace/world.ts";
import { around, nodeName, type Objects, seenIn } from "../data-plane/scenario.ts";

/** A scenario as a trace sees it. Its nodes are Portolan's. */
export function worldOfScenario(objects: Objects): World {
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
    facts: {
      families: around.families,
      podCidrs: around.clusterCidrs,
      serviceCidrs: around.serviceCidrs,
      dnsAddresses: around.dnsAddresses,
      domain: "cluster.local",
    },
    nodeAddresses: new Map([[nodeName, seenIn(objects).addresses]]),
    seen: new Map(),
  };
}
