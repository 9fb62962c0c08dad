import { type Cidr, contains, lastOf, sizeOf } from "#net/cidr.ts";
import { type Ip, plus } from "#net/ip.ts";
import type { PortRange } from "#net/port.ts";

/**
 * Whole numbers to give out, with a band at the lower end that is left to those who ask for a number by name: whoever asks for none
 * gets one from above the band while there is one.
 * Source: KEP-3070 (cluster addresses), KEP-3668 (node ports).
 */
export interface Pool {
  readonly size: number;
  /** How many numbers at the lower end make up the band. */
  readonly staticBand: number;
}

/** 0 ≤ result < below. */
export type Random = (below: number) => number;

/** A free number, counted from 0; undefined where all are taken. */
export function choose(
  { size, staticBand }: Pool,
  isTaken: (number: number) => boolean,
  random: Random,
): number | undefined {
  return choosePart(staticBand, size, isTaken, random) ?? choosePart(0, staticBand, isTaken, random);
}

// From a random place onwards, so that a number just given back is seldom the next one given out.
function choosePart(
  from: number,
  to: number,
  isTaken: (number: number) => boolean,
  random: Random,
): number | undefined {
  const count = to - from;
  if (count <= 0) return undefined;
  const start = random(count);
  for (let step = 0; step < count; step++) {
    const candidate = from + ((start + step) % count);
    if (!isTaken(candidate)) return candidate;
  }
  return undefined;
}

/** Beyond this many addresses of a block none is given out: enough for anybody, and a plain number. */
const mostAddresses = 2 ** 32;

/** The addresses of a block that a Service may have: not the first, and for IPv4 not the last either. */
export function addressPool(range: Cidr): Pool {
  const size = Math.min(Number(sizeOf(range)), mostAddresses);
  return { size: Math.max(size - (range.family === "IPv4" ? 2 : 1), 0), staticBand: band(size, { of: 16, most: 256 }) };
}
export const addressAt = (range: Cidr, number: number): Ip => plus(range.first, BigInt(number + 1));

/** Whether a Service may have this address. */
export const isUsable = (range: Cidr, ip: Ip): boolean =>
  contains(range, ip) &&
  ip.number !== range.first.number &&
  (ip.family === "IPv6" || ip.number !== lastOf(range).number);

export function portPool({ first, last }: PortRange): Pool {
  const size = last - first + 1;
  return { size, staticBand: band(size, { of: 32, most: 128 }) };
}

/** `size / of`, at least 16 and at most `most`; none where the whole has no more than 16. */
const band = (size: number, { of, most }: { readonly of: number; readonly most: number }): number =>
  size <= 16 ? 0 : Math.min(Math.max(16, Math.floor(size / of)), most);
