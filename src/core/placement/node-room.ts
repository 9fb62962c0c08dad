import type { Node } from "#api/core/node.ts";
import type { Pod } from "#api/core/pod.ts";
import { type HostPort, hostPortsOf } from "./host-ports.ts";
import { type Amounts, add, amountsOf, podRequests } from "./requests.ts";

/** What a node has, and what of it is taken. */
export interface NodeRoom {
  readonly node: Node;
  readonly allocatable: Amounts;
  readonly taken: Amounts;
  readonly podCount: number;
  readonly hostPorts: readonly HostPort[];
}

/** `pods` are those on the node that haven't ended, also those that are only bound or about to be. */
export function roomOf(node: Node, pods: readonly Pod[]): NodeRoom {
  const taken = new Map<string, number>();
  for (const pod of pods) add(taken, podRequests(pod));
  return {
    node,
    allocatable: amountsOf(node.status.allocatable ?? node.status.capacity ?? {}),
    taken,
    podCount: pods.length,
    hostPorts: pods.flatMap(hostPortsOf),
  };
}
