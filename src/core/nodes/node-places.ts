import type { Node } from "#api/core/node.ts";
import type { Cidr } from "#net/cidr.ts";
import type { Ip } from "#net/ip.ts";
import { internalIPs, podCidrsOf } from "../node.ts";

/** Where a node stands, and the pods that are behind it. */
export interface NodePlace {
  readonly name: string;
  /** InternalIPs, in the Node's order. */
  readonly addresses: readonly Ip[];
  /** One a family; empty until the Node has got them. */
  readonly podCidrs: readonly Cidr[];
}

export const placeOf = (node: Node): NodePlace => ({
  name: node.metadata.name,
  addresses: internalIPs(node),
  podCidrs: podCidrsOf(node.spec),
});
