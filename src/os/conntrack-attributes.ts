/** The binary form of conntrack's netlink messages. Sources: linux/netlink.h, linux/netfilter/nfnetlink_conntrack.h. */
import { addressBits, type Ip, type IpFamily } from "#net/ip.ts";

export const netlink = { family: 16, rawSocket: 3, closeOnExec: 0o2000000, netfilter: 12 } as const;
export const attribute = {
  tuple: 1,
  addresses: 1,
  protocol: 2,
  number: 1,
  sourcePort: 2,
  destinationPort: 3,
  reply: 2,
  filter: 25,
  originalFlags: 1,
} as const;
export const addressAttributes = { IPv4: [1, 2], IPv6: [3, 4] } as const;
export const udp = 17;

const addressFamilies = { IPv4: 2, IPv6: 10 } as const;
const subsystem = 1;
const headBytes = 20;

/** A request to conntrack. */
export function message(
  head: { readonly type: number; readonly flags: number; readonly family: IpFamily },
  body: Buffer,
) {
  const bytes = Buffer.alloc(headBytes);
  bytes.writeUInt32LE(headBytes + body.length, 0);
  bytes.writeUInt16LE((subsystem << 8) | head.type, 4);
  bytes.writeUInt16LE(head.flags, 6);
  bytes.writeUInt8(addressFamilies[head.family], 16);
  return Buffer.concat([bytes, body]);
}

const nestedFlag = 0x8000;
export const nested = (type: number, parts: readonly Buffer[]): Buffer =>
  plain(type | nestedFlag, Buffer.concat(parts));

/** Length and type, 16 bits each, then the value, filled up to 4 bytes. */
export function plain(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc((4 + value.length + 3) & ~3);
  bytes.writeUInt16LE(4 + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  value.copy(bytes, 4);
  return bytes;
}

/** The value of the attribute of that type among those from `from` to `to`; undefined where there is none. */
export function valueIn({ bytes, from, to }: Span, type: number): Span | undefined {
  for (let at = from; at + 4 <= to; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4) return undefined;
    if ((bytes.readUInt16LE(at + 2) & 0x3fff) === type) return { bytes, from: at + 4, to: at + length };
    at += (length + 3) & ~3;
  }
  return undefined;
}

export interface Span {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
}

export const bytesOf = ({ family, number }: Ip): Buffer =>
  Buffer.from(number.toString(16).padStart(addressBits(family) / 4, "0"), "hex");
