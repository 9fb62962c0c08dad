import type { Node } from "#api/core/node.ts";
import { type Cidr, parseCidr } from "#net/cidr.ts";
import { type Ip, parseIp } from "#net/ip.ts";

/** Where a node stands, and the pods that are behind it. */
export interface NodePlace {
  readonly name: string;
  /** InternalIPs, in the Node's order. */
  readonly addresses: readonly Ip[];
  /** One a family; empty until the Node has got them. */
  readonly podCidrs: readonly Cidr[];
}

export const placeOf = ({ metadata, spec, status }: Node): NodePlace => ({
  name: metadata.name,
  addresses: (status.addresses ?? []).flatMap(({ type, address }) =>
    type === "InternalIP" ? (parseIp(address) ?? []) : [],
  ),
  podCidrs: podCidrsOf(spec),
});

/** What a Node says of its pods' addresses. */
export function podCidrsOf({ podCIDR, podCIDRs = [] }: Node["spec"]): readonly Cidr[] {
  const texts = podCIDRs.length === 0 && podCIDR !== undefined ? [podCIDR] : podCIDRs;
  return texts.flatMap((text) => parseCidr(text) ?? []);
}
