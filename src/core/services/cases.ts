import type { Pools } from "./pools.ts";
import type { Case, Pool, Verdict } from "./service-map.ts";

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
 * Who is sent where at an address of the node or one that leads to it: node port, external IP, load balancer. With policy Local a
 * client outside keeps its address and meets this node's endpoints only; clients of the cluster are sent to all endpoints in either
 * case, as if they had gone out to the balancer and come back by a node that has one. A pod may have come here from another node, and
 * the answer must then pass here again; the node's own packets carry the address they were sent to where that is one of the node's.
 */
export function externalCases(pools: Pools, policy: "Cluster" | "Local"): readonly Case[] {
  const everywhere = forward(pools.cluster);
  return [
    { from: "pod", verdict: everywhere, masquerade: "always" },
    { from: "thisNode", verdict: everywhere, masquerade: "always" },
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
