import type { Reason } from "../reasons.ts";
import type { Endpoint, NodeFacts, Pool } from "./service-map.ts";

/** The two pools a frontend may send to. */
export interface Pools {
  readonly cluster: Pool;
  readonly node: Pool;
}

/** Who of the endpoints receives traffic that enters at this node. Source: CategorizeEndpoints in pkg/proxy/topology.go. */
export function poolsOf(endpoints: readonly Endpoint[], facts: NodeFacts): Pools {
  const distribution = distributionOf(endpoints, facts);
  const { reaches, otherwise, hintsIgnored } = distribution;
  const cluster = poolOf(endpoints, { scope: "cluster", reaches, otherwise });
  const isHere = ({ nodeName }: Endpoint): boolean => nodeName === facts.nodeName;
  return {
    cluster: hintsIgnored === undefined ? cluster : { ...cluster, hintsIgnored },
    node: poolOf(endpoints, { scope: "node", reaches: isHere, otherwise: "OnOtherNode" }),
  };
}

interface Selection {
  readonly scope: Pool["scope"];
  readonly reaches: (endpoint: Endpoint) => boolean;
  readonly otherwise: Reason;
}

// The ready ones; where there are none, those that still serve while they terminate (KEP-1669), each pool for itself.
function poolOf(endpoints: readonly Endpoint[], { scope, reaches, otherwise }: Selection): Pool {
  const anyReady = endpoints.some((endpoint) => endpoint.condition === "ready" && reaches(endpoint));
  const wanted = anyReady ? "ready" : "servingTerminating";
  const members: Endpoint[] = [];
  const leftOut: Pool["leftOut"][number][] = [];
  for (const endpoint of endpoints) {
    if (!reaches(endpoint)) leftOut.push({ endpoint, because: otherwise });
    else if (endpoint.condition === wanted) members.push(endpoint);
    else leftOut.push({ endpoint, because: whyLeftOut(endpoint) });
  }
  return { scope, members, leftOut };
}

function whyLeftOut({ condition }: Endpoint): Reason {
  if (condition === "servingTerminating") return "TerminatingUnneeded";
  return condition === "terminating" ? "Terminating" : "NotReady";
}

interface Distribution {
  readonly reaches: (endpoint: Endpoint) => boolean;
  readonly otherwise: Reason;
  readonly hintsIgnored?: Reason;
}

/**
 * Whom hints leave for this node. They are followed only where every ready endpoint has one and at least one is for this node, so that
 * nobody is cut off: hints to nodes first, then those to zones (KEP-4444, KEP-2433). Without a ready endpoint there are none.
 */
function distributionOf(endpoints: readonly Endpoint[], { nodeName, zone }: NodeFacts): Distribution {
  const everyone: Distribution = { reaches: () => true, otherwise: "NotReady" };
  const ready = endpoints.filter(({ condition }) => condition === "ready");
  if (!ready.some(({ hints }) => hints !== undefined)) return everyone;
  const forNode = ({ hints }: Endpoint): boolean => hints?.nodes.includes(nodeName) ?? false;
  const forZone = ({ hints }: Endpoint): boolean => zone !== undefined && (hints?.zones.includes(zone) ?? false);
  const toNodes = ready.every(({ hints }) => (hints?.nodes.length ?? 0) > 0);
  const toZones = ready.every(({ hints }) => (hints?.zones.length ?? 0) > 0);
  if (toNodes && ready.some(forNode)) return { reaches: followed(forNode), otherwise: "HintedToOtherNode" };
  if (toZones && ready.some(forZone)) return { reaches: followed(forZone), otherwise: "HintedToOtherZone" };
  if (!toNodes && !toZones) return { ...everyone, hintsIgnored: "EndpointsWithoutHints" };
  return { ...everyone, hintsIgnored: toZones && zone === undefined ? "NodeHasNoZone" : "NoHintsForThisNode" };
}

// An endpoint that isn't ready is left out for that, wherever it is meant for.
const followed =
  (isMeant: (endpoint: Endpoint) => boolean) =>
  (endpoint: Endpoint): boolean =>
    endpoint.condition !== "ready" || isMeant(endpoint);
