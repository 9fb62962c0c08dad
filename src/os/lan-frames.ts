import type { Ip } from "#net/ip.ts";

/**
 * Frames that tell everybody on a LAN, unasked, that an address is now at this MAC address: for IPv4 an ARP request and a reply of
 * which sender and target are the address (RFC 5227, section 3: some systems heed only one of them), for IPv6 a neighbour
 * advertisement to all nodes (RFC 4861, section 7.2.6).
 */
export const announcements = (ip: Ip, mac: string): readonly Uint8Array[] =>
  ip.family === "IPv4" ? [arp(ip, mac, 1), arp(ip, mac, 2)] : [neighborAdvertisement(ip, mac)];

const macBytes = (mac: string): readonly number[] => mac.split(":").map((octet) => Number.parseInt(octet, 16));
const ipBytes = ({ family, number }: Ip): readonly number[] =>
  Array.from({ length: family === "IPv4" ? 4 : 16 }, (_, i, size = family === "IPv4" ? 4 : 16) =>
    Number((number >> BigInt(8 * (size - 1 - i))) & 255n),
  );
const word = (number: number): readonly number[] => [number >> 8, number & 255];

const everybody = [255, 255, 255, 255, 255, 255];

/** RFC 826: Ethernet, IPv4, operation; sender's MAC and IP, target's MAC and IP. */
function arp(ip: Ip, mac: string, operation: 1 | 2): Uint8Array {
  const [from, address] = [macBytes(mac), ipBytes(ip)];
  const header = [...word(1), ...word(0x0800), 6, 4, ...word(operation)];
  return Uint8Array.from([
    ...everybody,
    ...from,
    ...word(0x0806),
    ...header,
    ...from,
    ...address,
    ...everybody,
    ...address,
  ]);
}

const allNodesMac = [0x33, 0x33, 0, 0, 0, 1];
const allNodes = [0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
const icmpv6 = 58;
const advertisement = 136;
/** From a router, and instead of what was known before. */
const flags = 0x80 | 0x20;

function neighborAdvertisement(ip: Ip, mac: string): Uint8Array {
  const [from, address] = [macBytes(mac), ipBytes(ip)];
  const message = [advertisement, 0, 0, 0, flags, 0, 0, 0, ...address, 2, 1, ...from];
  const pseudoHeader = [...address, ...allNodes, 0, 0, ...word(message.length), 0, 0, 0, icmpv6];
  message.splice(2, 2, ...word(checksum([...pseudoHeader, ...message])));
  const header = [0x60, 0, 0, 0, ...word(message.length), icmpv6, 255, ...address, ...allNodes];
  return Uint8Array.from([...allNodesMac, ...from, ...word(0x86dd), ...header, ...message]);
}

/** RFC 1071. */
function checksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
