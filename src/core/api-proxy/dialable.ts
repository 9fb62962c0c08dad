import { type Cidr, contains, mustCidr } from "#net/cidr.ts";
import { type Ip, ipOf, parseIp } from "#net/ip.ts";
import { broadcast, cloudMetadata, linkLocal, loopback, multicast, thisNetwork } from "#net/special-blocks.ts";

/**
 * What the API server must reach for nobody: what only it can reach (its own loopback, what is on its link), what is no single host,
 * and where clouds hand out credentials. Source: IsProxyableIP in Kubernetes (CVE-2020-8562, CVE-2022-3294), which refuses what is no
 * global unicast address; the metadata services are our addition.
 */
const refused: readonly Cidr[] = [
  ...thisNetwork,
  ...loopback,
  ...linkLocal,
  ...multicast,
  ...broadcast,
  ...cloudMetadata,
];

/** IPv6 blocks whose addresses stand for an IPv4 address, and how many bits follow that one: mapped, compatible (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056). */
const carriers: readonly { readonly block: Cidr; readonly bitsBehind: bigint }[] = [
  { block: mustCidr("::ffff:0:0/96"), bitsBehind: 0n },
  { block: mustCidr("::/96"), bitsBehind: 0n },
  { block: mustCidr("64:ff9b::/96"), bitsBehind: 0n },
  { block: mustCidr("2002::/16"), bitsBehind: 80n },
];

/**
 * The address that may be dialled; undefined for one that may not, and for text that is no address. Nothing but the two usual ways to
 * write an address is read, so that no octal or decimal number becomes another one on its way to a socket.
 */
export function dialable(text: string): Ip | undefined {
  const ip = parseIp(text);
  return ip === undefined || isRefused(ip) ? undefined : ip;
}

function isRefused(ip: Ip): boolean {
  if (refused.some((block) => contains(block, ip))) return true;
  return carriers.some(({ block, bitsBehind }) => contains(block, ip) && isRefused(carried(ip, bitsBehind)));
}

const carried = ({ number }: Ip, bitsBehind: bigint): Ip => ipOf("IPv4", (number >> bitsBehind) & 0xffff_ffffn);
