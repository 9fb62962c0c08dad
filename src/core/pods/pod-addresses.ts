import { type Cidr, contains, lastOf, sizeOf } from "#net/cidr.ts";
import { type Ip, parseIp, plus } from "#net/ip.ts";

/**
 * An address of the node's block for a pod: the one that it had, if that is free, else the next after the last given out, so
 * that an address rests as long as it can before another pod gets it. undefined where none is left.
 */
export function podAddress(block: Cidr, { wanted, taken, last }: Requested): Ip | undefined {
  const before = wanted === undefined ? undefined : parseIp(wanted);
  if (before !== undefined && contains(block, before) && !taken.has(before.text)) return before;
  const size = sizeOf(block);
  const start = last === undefined || !contains(block, last) ? 0n : last.number - block.first.number;
  for (let step = 1n; step <= size; step++) {
    const ip = plus(block.first, (start + step) % size);
    // The first address after the block's own is the node's, where the machine has none.
    const isReserved = ip.number <= block.first.number + 1n || ip.number === lastOf(block).number;
    if (!isReserved && !taken.has(ip.text)) return ip;
  }
  return undefined;
}
interface Requested {
  readonly wanted: string | undefined;
  readonly taken: ReadonlySet<string>;
  readonly last: Ip | undefined;
}
