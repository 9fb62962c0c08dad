import type { Pod } from "#api/core/pod.ts";
import { type Cidr, contains, lastOf, sizeOf } from "#net/cidr.ts";
import { type Ip, parseIp, plus } from "#net/ip.ts";

/** What pods of a node have already, and what one asks for. */
export interface AddressesAsked {
  /** Those that the pod had before. */
  readonly wanted: readonly string[];
  readonly taken: ReadonlySet<string>;
  /** Those given out last, at most one a family. */
  readonly last: readonly Ip[];
}
export type PodAddresses =
  | { readonly kind: "given"; readonly addresses: readonly Ip[] }
  /** This block has none left. */
  | { readonly kind: "exhausted"; readonly block: Cidr };

/**
 * A pod's addresses, one of each of the node's blocks in their order: the one that it had, if that is free, else the next after
 * the last given out, so that an address rests as long as it can before another pod gets it.
 */
export function podAddresses(blocks: readonly Cidr[], asked: AddressesAsked): PodAddresses {
  const addresses: Ip[] = [];
  for (const block of blocks) {
    const address = addressIn(block, asked);
    if (address === undefined) return { kind: "exhausted", block };
    addresses.push(address);
  }
  return { kind: "given", addresses };
}

function addressIn(block: Cidr, { wanted, taken, last }: AddressesAsked): Ip | undefined {
  const isFree = (ip: Ip): boolean => contains(block, ip) && !taken.has(ip.text);
  const before = wanted.flatMap((text) => parseIp(text) ?? []).find(isFree);
  if (before !== undefined) return before;
  const size = sizeOf(block);
  const latest = last.find((ip) => contains(block, ip));
  const start = latest === undefined ? 0n : latest.number - block.first.number;
  for (let step = 1n; step <= size; step++) {
    const ip = plus(block.first, (start + step) % size);
    // The first address after the block's own is the node's, where the machine has none.
    const isReserved = ip.number <= block.first.number + 1n || ip.number === lastOf(block).number;
    if (!isReserved && !taken.has(ip.text)) return ip;
  }
  return undefined;
}

/** The pod as its status will tell of it: its containers may ask for its addresses before the API has heard of them. */
export function withAddresses(pod: Pod, addresses: readonly string[]): Pod {
  const [first] = addresses;
  if (first === undefined) return pod;
  return { ...pod, status: { ...pod.status, podIP: first, podIPs: addresses.map((ip) => ({ ip })) } };
}
