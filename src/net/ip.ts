/** An IPv4 or IPv6 address. Equal addresses have equal `text`, which is the canonical form (RFC 5952 for IPv6). */
export interface Ip {
  readonly family: IpFamily;
  readonly number: bigint;
  readonly text: string;
}
/** The API's words for an address family (core/v1 IPFamily). */
export type IpFamily = "IPv4" | "IPv6";

export const addressBits = (family: IpFamily): number => (family === "IPv4" ? 32 : 128);

/** The address that `number` stands for in its family: 0 is 0.0.0.0 or ::. */
export function ipOf(family: IpFamily, number: bigint): Ip {
  if (number < 0n || number >= 1n << BigInt(addressBits(family)))
    throw new RangeError(`no ${family} address: ${number}`);
  return { family, number, text: family === "IPv4" ? showIPv4(number) : showIPv6(number) };
}

/** The address after `ip` by `steps`. Throws RangeError beyond the last one. */
export const plus = (ip: Ip, steps: bigint): Ip => ipOf(ip.family, ip.number + steps);

/**
 * Reads a dotted quad or an IPv6 address; undefined for anything else. A dotted quad with leading zeros is refused, since some
 * readers take it as octal (CVE-2021-29923).
 */
export function parseIp(text: string): Ip | undefined {
  const number = text.includes(":") ? parseIPv6(text) : parseIPv4(text);
  return number === undefined ? undefined : ipOf(text.includes(":") ? "IPv6" : "IPv4", number);
}

/** For addresses that were checked before. Throws RangeError where they weren't. */
export function mustIp(text: string): Ip {
  const ip = parseIp(text);
  if (ip === undefined) throw new RangeError(`not an IP address: ${JSON.stringify(text)}`);
  return ip;
}

function parseIPv4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function showIPv4(number: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 255n).join(".");
}

// RFC 4291 section 2.2: eight groups, "::" once for a run of zeros, the last two groups perhaps as a dotted quad.
function parseIPv6(text: string): bigint | undefined {
  const quad = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (quad !== null) {
    const low = parseIPv4(quad[2] ?? "");
    return low === undefined
      ? undefined
      : parseIPv6(`${quad[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`);
  }
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const given = head.length + tail.length;
  if (halves.length === 1 ? given !== 8 : given > 7) return undefined;
  const groups = [...head, ...Array<string>(8 - given).fill("0"), ...tail];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

// RFC 5952 section 4.2: the longest run of two or more zero groups becomes "::", the first of equal ones.
function showIPv6(number: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => Number((number >> BigInt(16 * (7 - i))) & 0xffffn).toString(16));
  const runs = [...groups.join(" ").matchAll(/\b0( 0)+\b/g)].toSorted((a, b) => b[0].length - a[0].length);
  const longest = runs[0];
  if (longest === undefined) return groups.join(":");
  const start = groups.join(" ").slice(0, longest.index).split(" ").length - 1;
  const length = longest[0].split(" ").length;
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + length).join(":")}`;
}
