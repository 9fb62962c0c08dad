import { networkInterfaces } from "node:os";
import type { Node } from "#api/core/node.ts";
import { nodeIPs, zoneOf } from "#core/node.ts";
import type { NodeAddresses } from "#core/ruleset/node-table.ts";
import { type Cidr, contains } from "#net/cidr.ts";
import { type Ip, parseIp } from "#net/ip.ts";
import { linkLocal } from "#net/special-blocks.ts";

export interface ObservedNode {
  readonly nodeName: string;
  /** Where node ports are served: those of this machine's addresses that lie in one of the blocks. undefined: the Node's addresses. */
  readonly nodePortBlocks: readonly Cidr[] | undefined;
  /** Where pods and Services have their addresses: what the machine has of them is no address of a node. */
  readonly clusterBlocks: readonly Cidr[];
}

/** The addresses that Nodes tell of, and those of this machine that serve node ports. */
export function nodeAddresses(
  all: readonly Node[],
  { nodeName, nodePortBlocks, clusterBlocks }: ObservedNode,
): NodeAddresses {
  const own = all.filter(({ metadata }) => metadata.name === nodeName).flatMap(nodeIPs);
  const nodePorts = nodePortBlocks === undefined ? own : chosen(own, nodePortBlocks, clusterBlocks);
  return { own, nodePorts, all: all.flatMap(nodeIPs) };
}

/** The node's own come first: what needs one address takes the first. */
function chosen(own: readonly Ip[], blocks: readonly Cidr[], clusterBlocks: readonly Cidr[]): readonly Ip[] {
  const isIn = (some: readonly Cidr[], ip: Ip): boolean => some.some((block) => contains(block, ip));
  const further = machineAddresses().filter((ip) => !isIn([...clusterBlocks, ...linkLocal], ip));
  const byText = new Map([...own, ...further].map((ip) => [ip.text, ip]));
  return [...byText.values()].filter((ip) => isIn(blocks, ip));
}

const machineAddresses = (): readonly Ip[] =>
  Object.values(networkInterfaces())
    .flatMap((some) => some ?? [])
    // What is sent to the loopback never meets rules that could lead it elsewhere.
    .flatMap(({ address, internal }) => (internal ? [] : (parseIp(address) ?? [])));

const show = (all: readonly Ip[]): string => all.map(({ text }) => text).join(" ");

export const areSame = (a: NodeAddresses, b: NodeAddresses): boolean =>
  a === b || (show(a.own) === show(b.own) && show(a.nodePorts) === show(b.nodePorts) && show(a.all) === show(b.all));

/** Equal for two states of a Node that mean the same to rules: a heartbeat is no reason for anything. */
export const meaningOf = (node: Node): string => `${show(nodeIPs(node))} ${zoneOf(node)}`;
