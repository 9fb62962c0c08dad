import { addressBits, type Ip, type IpFamily, ipOf, parseIp } from "./ip.ts";

/** A block of addresses; `first` has no host bits set. */
export interface Cidr {
  readonly family: IpFamily;
  readonly first: Ip;
  readonly prefixLength: number;
  readonly text: string;
}

/** Reads `10.96.0.0/12` or `fd00::/108`; undefined for anything else, also where host bits are set. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = "", length = "", ...rest] = text.split("/");
  const ip = parseIp(address);
  if (ip === undefined || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined;
  const prefixLength = Number(length);
  if (prefixLength > addressBits(ip.family)) return undefined;
  const cidr = cidrOf(ip, prefixLength);
  return cidr.first.number === ip.number ? cidr : undefined;
}

/** For blocks that were checked before. Throws RangeError where they weren't. */
export function mustCidr(text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new RangeError(`not a CIDR: ${JSON.stringify(text)}`);
  return cidr;
}

/** The block of `prefixLength` that holds `ip`. */
export function cidrOf(ip: Ip, prefixLength: number): Cidr {
  const hostBits = BigInt(addressBits(ip.family) - prefixLength);
  const first = ipOf(ip.family, (ip.number >> hostBits) << hostBits);
  return { family: ip.family, first, prefixLength, text: `${first.text}/${prefixLength}` };
}

/** How many addresses it has. */
export const sizeOf = (cidr: Cidr): bigint => 1n << BigInt(addressBits(cidr.family) - cidr.prefixLength);

export const lastOf = (cidr: Cidr): Ip => ipOf(cidr.family, cidr.first.number + sizeOf(cidr) - 1n);

export const contains = (cidr: Cidr, ip: Ip): boolean =>
  cidr.family === ip.family && ip.number >= cidr.first.number && ip.number <= lastOf(cidr).number;

export const overlaps = (a: Cidr, b: Cidr): boolean => contains(a, b.first) || contains(b, a.first);

/** The `index`-th block of `prefixLength` in it, from 0; undefined beyond the last. */
export function subnet(cidr: Cidr, prefixLength: number, index: number): Cidr | undefined {
  const step = 1n << BigInt(addressBits(cidr.family) - prefixLength);
  const offset = step * BigInt(index);
  return offset + step > sizeOf(cidr) ? undefined : cidrOf(ipOf(cidr.family, cidr.first.number + offset), prefixLength);
}
