import { type Cidr, cidrOf, contains } from "#net/cidr.ts";
import { addressBits, type Ip, type IpFamily, ipOf } from "#net/ip.ts";
import { isWithin, labelsOf, type Name, nameOf } from "./name.ts";

const ARPA = { IPv4: "in-addr.arpa.", IPv6: "ip6.arpa." } as const;
/** How many bits of an address one label stands for: an octet in decimal, or a nibble in hexadecimal. */
const LABEL_BITS = { IPv4: 8, IPv6: 4 } as const;

/** `1.0.96.10.in-addr.arpa.` for 10.96.0.1. Source: RFC 1035 section 3.5, RFC 3596 section 2.5. */
export function reverseName({ family, number }: Ip): Name {
  const bits = LABEL_BITS[family];
  const mask = (1n << BigInt(bits)) - 1n;
  const labels = Array.from({ length: addressBits(family) / bits }, (_, i) =>
    ((number >> BigInt(i * bits)) & mask).toString(family === "IPv4" ? 10 : 16),
  );
  return `${nameOf(labels)}${ARPA[family]}`;
}

/** Which addresses a reverse name is about. `isBelow`: it has labels beyond a whole address, so that nothing can stand there. */
export interface ReverseBlock {
  readonly block: Cidr;
  readonly isBelow: boolean;
}

/** The block that a name in lower case stands for: `96.10.in-addr.arpa.` is 10.96.0.0/16. Undefined where it is no reverse name. */
export function reverseBlock(name: Name): ReverseBlock | undefined {
  const family = isWithin(name, ARPA.IPv4) ? "IPv4" : isWithin(name, ARPA.IPv6) ? "IPv6" : undefined;
  if (family === undefined) return undefined;
  const parts = labelsOf(name).slice(0, -2).toReversed();
  const bits = LABEL_BITS[family];
  const whole = addressBits(family) / bits;
  let number = 0n;
  for (const part of parts.slice(0, whole)) {
    const value = labelValue(part, family);
    if (value === undefined) return undefined;
    number = (number << BigInt(bits)) | value;
  }
  const prefixLength = Math.min(parts.length, whole) * bits;
  const first = ipOf(family, number << BigInt(addressBits(family) - prefixLength));
  return { block: cidrOf(first, prefixLength), isBelow: parts.length > whole };
}

function labelValue(label: string, family: IpFamily): bigint | undefined {
  if (family === "IPv6") return /^[0-9a-f]$/.test(label) ? BigInt(`0x${label}`) : undefined;
  return /^(0|[1-9]\d{0,2})$/.test(label) && Number(label) < 256 ? BigInt(label) : undefined;
}

/** The largest block with a reverse name of its own that lies wholly in `cidr` and holds `block`: the zone that answers for it. */
export function reverseZoneName(cidr: Cidr, block: Cidr): Name {
  const bits = LABEL_BITS[cidr.family];
  const prefixLength = Math.ceil(cidr.prefixLength / bits) * bits;
  return nameOf(labelsOf(reverseName(block.first)).slice((addressBits(cidr.family) - prefixLength) / bits));
}

export const holds = (cidr: Cidr, block: Cidr): boolean =>
  cidr.prefixLength <= block.prefixLength && contains(cidr, block.first);
