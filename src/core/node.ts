/** What a Node tells of itself. */

import { zoneLabel } from "#api/core/node/labels.ts";
import type { Node, NodeCondition } from "#api/core/node.ts";
import { type Cidr, parseCidr } from "#net/cidr.ts";
import { type Ip, parseIp } from "#net/ip.ts";

type Telling = Pick<Node, "status">;

/** Where the cluster reaches a node, in the Node's order. */
export const internalIPs = (node: Telling): readonly Ip[] => addressesOf(node, ["InternalIP"]);

/** Where anybody reaches a node, in the Node's order. */
export const nodeIPs = (node: Telling): readonly Ip[] => addressesOf(node, ["InternalIP", "ExternalIP"]);

const addressesOf = ({ status }: Telling, types: readonly string[]): readonly Ip[] =>
  (status.addresses ?? []).flatMap(({ type, address }) => (types.includes(type) ? (parseIp(address) ?? []) : []));

/** One block of its pods' addresses a family; empty until the Node has got them. */
export function podCidrsOf({ podCIDR, podCIDRs = [] }: Node["spec"]): readonly Cidr[] {
  const texts = podCIDRs.length === 0 && podCIDR !== undefined ? [podCIDR] : podCIDRs;
  return texts.flatMap((text) => parseCidr(text) ?? []);
}

/** The zone that its label names; an empty label names none. */
export const zoneOf = ({ metadata }: Pick<Node, "metadata">): string | undefined =>
  metadata.labels?.[zoneLabel] || undefined;

export const readyOf = ({ status }: Telling): NodeCondition | undefined =>
  status.conditions?.find(({ type }) => type === "Ready");

export const isReady = (node: Telling): boolean => readyOf(node)?.status === "True";
