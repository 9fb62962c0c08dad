import type { Case, Pool, Verdict } from "./service-map.ts";

/** The two pools a frontend may send to; the same one twice where the traffic policy doesn't tell them apart. */
export interface Pools {
  readonly cluster: Pool;
  readonly node: Pool;
}

/**
 * Who is sent where at a ClusterIP. Pods and the node keep their addresses: the answer comes back to them by itself. Whoever
 * routes the service range through this node from outside would see the answer come from the pod, past this node.
 */
export function internalCases(pools: Pools, policy: "Cluster" | "Local"): readonly Case[] {
  const verdict = policy === "Cluster" ? forward(pools.cluster) : forwardHere(pools);
  return [
    { from: "pod", verdict, masquerade: "hairpin" },
    { from: "thisNode", verdict, masquerade: "hairpin" },
    { from: "outside", verdict, masquerade: "always" },
  ];
}

/**
 * Who is sent where at an address of the node or one that leads to it. With policy Local a client outside keeps its address and
 * meets this node's endpoints only; clients of the cluster are sent to all endpoints in either case. A pod may have come here from
 * another node, and the answer must then pass here again.
 */
export function externalCases(pools: Pools, policy: "Cluster" | "Local"): readonly Case[] {
  const everywhere = forward(pools.cluster);
  return [
    { from: "pod", verdict: everywhere, masquerade: "always" },
    { from: "thisNode", verdict: everywhere, masquerade: "hairpin" },
    policy === "Cluster"
      ? { from: "outside", verdict: everywhere, masquerade: "always" }
      : { from: "outside", verdict: forwardHere(pools), masquerade: "hairpin" },
  ];
}

function forward(pool: Pool): Verdict {
  if (pool.members.length > 0) return { kind: "forward", pool };
  return { kind: "reject", because: pool.leftOut.length > 0 ? "NoReadyEndpoints" : "NoEndpoints" };
}

// Dropped, not rejected, where endpoints are elsewhere: whoever balances over the nodes then tries the next one.
function forwardHere({ cluster, node }: Pools): Verdict {
  if (node.members.length > 0) return { kind: "forward", pool: node };
  return cluster.members.length > 0 ? { kind: "drop", because: "NoLocalEndpoints" } : forward(cluster);
}
