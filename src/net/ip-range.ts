import { type Cidr, lastOf } from "./cidr.ts";
import type { Ip, IpFamily } from "./ip.ts";

/** Addresses in a row, both ends included. */
export interface IpRange {
  readonly family: IpFamily;
  readonly first: Ip;
  readonly last: Ip;
  /** `10.0.0.0/28` or `10.0.0.3-10.0.0.9`, as it was given. */
  readonly text: string;
}

export const rangeOfCidr = (cidr: Cidr): IpRange => ({
  family: cidr.family,
  first: cidr.first,
  last: lastOf(cidr),
  text: cidr.text,
});

/** undefined where the ends are of different families, or the first comes after the last. */
export function rangeBetween(first: Ip, last: Ip): IpRange | undefined {
  if (first.family !== last.family || first.number > last.number) return undefined;
  return { family: first.family, first, last, text: `${first.text}-${last.text}` };
}

export const inRange = ({ family, first, last }: IpRange, ip: Ip): boolean =>
  family === ip.family && first.number <= ip.number && ip.number <= last.number;

export const rangesOverlap = (a: IpRange, b: IpRange): boolean =>
  a.family === b.family && a.first.number <= b.last.number && b.first.number <= a.last.number;

/** How many addresses it has. */
export const rangeSize = ({ first, last }: IpRange): bigint => last.number - first.number + 1n;
