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
  const cidr = parseBlock(text);
  return cidr !== undefined && cidr.first.number === parseIp(text.split("/")[0] ?? "")?.number ? cidr : undefined;
}

/** Reads a block that may be written by any address in it: `10.96.3.4/12` is 10.96.0.0/12. undefined for anything else. */
export function parseBlock(text: string): Cidr | undefined {
  const [address = "", length = ""] = text.split("/");
  const ip = parseIp(address);
  if (ip === undefined || !/^(0|[1-9]\d{0,2})$/.test(length) || text !== `${address}/${length}`) return undefined;
  return Number(length) > addressBits(ip.family) ? undefined : cidrOf(ip, Number(length));
}

/** The block of one address. */
export const blockOf = (ip: Ip): Cidr => cidrOf(ip, addressBits(ip.family));

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

export function contains({ family, first, prefixLength }: Cidr, ip: Ip): boolean {
  if (family !== ip.family) return false;
  const hostBits = BigInt(addressBits(family) - prefixLength);
  return ip.number >> hostBits === first.number >> hostBits;
}

/** Whether every address of `inner` is in `outer`. */
export const holds = (outer: Cidr, inner: Cidr): boolean =>
  outer.prefixLength <= inner.prefixLength && contains(outer, inner.first);

export const overlaps = (a: Cidr, b: Cidr): boolean => contains(a, b.first) || contains(b, a.first);

/** The `index`-th block of `prefixLength` in it, from 0; undefined beyond the last. */
export function subnet(cidr: Cidr, prefixLength: number, index: number): Cidr | undefined {
  const step = 1n << BigInt(addressBits(cidr.family) - prefixLength);
  const offset = step * BigInt(index);
  return offset + step > sizeOf(cidr) ? undefined : cidrOf(ipOf(cidr.family, cidr.first.number + offset), prefixLength);
}

/** As nft and iptables list it: a block of one address as that address. */
export const showBlock = ({ family, first, prefixLength, text }: Cidr): string =>
  prefixLength === addressBits(family) ? first.text : text;
