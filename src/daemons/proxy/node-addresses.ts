import { networkInterfaces } from "node:os";
import type { Node } from "#api/core/node.ts";
import type { NodeAddresses } from "#core/ruleset/node-table.ts";
import { type Cidr, contains } from "#net/cidr.ts";
import { type Ip, parseIp } from "#net/ip.ts";

export interface ObservedNode {
  readonly nodeName: string;
  /** Where node ports are served: those of this machine's addresses that lie in one of the blocks. undefined: the Node's addresses. */
  readonly nodePortBlocks: readonly Cidr[] | undefined;
}

/** The addresses that Nodes tell of. Interfaces are looked at each time: nobody tells when one comes or goes. */
export function nodeAddresses(all: readonly Node[], { nodeName, nodePortBlocks: blocks }: ObservedNode): NodeAddresses {
  const own = all.filter(({ metadata }) => metadata.name === nodeName).flatMap(addressesIn);
  const nodePorts =
    blocks === undefined ? own : machineAddresses().filter((ip) => blocks.some((block) => contains(block, ip)));
  return { own, nodePorts, all: all.flatMap(addressesIn) };
}

const machineAddresses = (): readonly Ip[] =>
  Object.values(networkInterfaces())
    .flatMap((some) => some ?? [])
    // What is sent to the loopback never meets rules that could lead it elsewhere.
    .flatMap(({ address, internal }) => (internal ? [] : (parseIp(address) ?? [])));

const addressesIn = ({ status }: Node): readonly Ip[] =>
  (status.addresses ?? []).flatMap(({ type, address }) =>
    type === "InternalIP" || type === "ExternalIP" ? (parseIp(address) ?? []) : [],
  );

const show = (all: readonly Ip[]): string => all.map(({ text }) => text).join(" ");

export const areSame = (a: NodeAddresses, b: NodeAddresses): boolean =>
  show(a.own) === show(b.own) && show(a.nodePorts) === show(b.nodePorts) && show(a.all) === show(b.all);

export const zoneOf = ({ metadata }: Node): string | undefined => metadata.labels?.["topology.kubernetes.io/zone"];

/** Equal for two states of a Node that mean the same to rules: a heartbeat is no reason for anything. */
export const meaningOf = (node: Node): string => `${show(addressesIn(node))} ${zoneOf(node)}`;
