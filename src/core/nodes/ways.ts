import { type Cidr, contains } from "#net/cidr.ts";
import type { Ip } from "#net/ip.ts";
import { macOf } from "#net/mac.ts";
import type { NodePlace } from "./node-places.ts";

/** How packets for pods of another node leave this one. */
export type Way =
  /** Both nodes stand on one network: the other is the next hop. */
  | { readonly kind: "direct"; readonly to: Cidr; readonly via: Ip }
  /** Packets go to the other node inside packets of VXLAN (RFC 7348), whatever lies between. */
  | { readonly kind: "tunnel"; readonly to: Cidr; readonly peer: Ip; readonly mac: string };

/** The node whose ways these are. */
export interface Standpoint {
  readonly name: string;
  readonly addresses: readonly Ip[];
  /** Networks that its links are on. */
  readonly networks: readonly Cidr[];
}

/** None to the node itself, nor to one that tells neither its pods' addresses nor its own. */
export function waysTo({ name, addresses, podCidrs }: NodePlace, from: Standpoint): readonly Way[] {
  if (name === from.name) return [];
  return podCidrs.flatMap((to): readonly Way[] => {
    const via = addresses.find(({ family }) => family === to.family);
    if (via !== undefined && isNeighbour(via, from)) return [{ kind: "direct", to, via }];
    const peer = addresses.find(({ family }) => family === from.addresses[0]?.family);
    return peer === undefined || isOwn(peer, from) ? [] : [{ kind: "tunnel", to, peer, mac: macOf(peer) }];
  });
}

const isNeighbour = (ip: Ip, from: Standpoint): boolean =>
  !isOwn(ip, from) && from.networks.some((network) => contains(network, ip));

const isOwn = ({ text }: Ip, { addresses }: Standpoint): boolean => addresses.some((own) => own.text === text);

/** The tunnel's end on one node. */
export interface TunnelEnd {
  /** Tells clusters apart that share machines; 24 bits. */
  readonly vni: number;
  readonly local: Ip;
  readonly mac: string;
  /** From where the node itself speaks through it, so that answers come back the same way. */
  readonly sources: readonly Ip[];
  /** Bytes. */
  readonly mtu: number;
}

/** Header bytes that VXLAN adds: the outer Ethernet, IP and UDP headers and its own. */
const overheadBytes = { IPv4: 50, IPv6: 70 } as const;

/** `linkMtu`: of the link that has the node's address. undefined where the node has no address or no pods. */
export function tunnelEnd(
  { addresses, podCidrs }: NodePlace,
  clusterCidrs: readonly Cidr[],
  linkMtu: number,
): TunnelEnd | undefined {
  const [local] = addresses;
  if (local === undefined || podCidrs.length === 0) return undefined;
  return {
    vni: vniOf(clusterCidrs),
    local,
    mac: macOf(local),
    sources: podCidrs.map(({ first }) => first),
    mtu: linkMtu - overheadBytes[local.family],
  };
}

/** Every node comes to the same number by itself; clusters on one machine have different blocks. */
function vniOf([first]: readonly Cidr[]): number {
  const number = first?.first.number ?? 0n;
  const folded = [0n, 24n, 48n, 72n, 96n, 120n].reduce((sum, shift) => sum ^ ((number >> shift) & 0xff_ffffn), 0n);
  return Number(folded) || 1;
}
