import { addressBits, type Ip } from "#net/ip.ts";
import { openForeign } from "./foreign.ts";

/** One direction of a flow: who sends to whom. */
export interface UdpTuple {
  readonly from: { readonly ip: Ip; readonly port: number };
  readonly to: { readonly ip: Ip; readonly port: number };
}

const signatures = {
  socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
  send: { arguments: ["i32", "buffer", "u64", "i32"], return: "i64" },
  recv: { arguments: ["i32", "buffer", "u64", "i32"], return: "i64" },
  close: { arguments: ["i32"], return: "i32" },
} as const;

// linux/netlink.h, linux/netfilter/nfnetlink_conntrack.h
const [netlinkFamily, rawSocket, closeOnExec, netfilterProtocol] = [16, 3, 0o2000000, 12];
const [subsystem, deleteMessage, errorMessage] = [1, 2, 2];
const [request, acknowledge] = [1, 4];
const [noSuchEntry, udp] = [-2, 17];
const attribute = { tuple: 1, addresses: 1, protocol: 2, number: 1, sourcePort: 2, destinationPort: 3 } as const;
const addressAttributes = { IPv4: [1, 2], IPv6: [3, 4] } as const;
const addressFamilies = { IPv4: 2, IPv6: 10 } as const;

/**
 * Makes the kernel forget these flows, each found by its hash: the table is not gone through. Flows that are gone already are fine.
 * false where this Node has no foreign function interface or the kernel refused one: then nothing is said of the others.
 */
export async function forgetTuples(tuples: readonly UdpTuple[]): Promise<boolean> {
  const libc = (await openForeign("libc.so.6", signatures))?.functions;
  const socket = libc?.socket(netlinkFamily, rawSocket | closeOnExec, netfilterProtocol) ?? -1;
  if (libc === undefined || socket < 0) return false;
  const answer = Buffer.alloc(8192);
  const areForgotten = tuples.every((tuple) => {
    const message = deletion(tuple);
    if (libc.send(socket, message, BigInt(message.length), 0) < 0) return false;
    // The kernel has answered before `send` returns.
    const length = Number(libc.recv(socket, answer, BigInt(answer.length), 0));
    if (length < 20 || answer.readUInt16LE(4) !== errorMessage) return false;
    const code = answer.readInt32LE(16);
    return code === 0 || code === noSuchEntry;
  });
  libc.close(socket);
  return areForgotten;
}

function deletion({ from, to }: UdpTuple): Buffer {
  const { family } = to.ip;
  const [source, destination] = addressAttributes[family];
  const addresses = nested(attribute.addresses, [plain(source, bytesOf(from.ip)), plain(destination, bytesOf(to.ip))]);
  const protocol = nested(attribute.protocol, [
    plain(attribute.number, Buffer.of(udp)),
    plain(attribute.sourcePort, inNetworkOrder(from.port)),
    plain(attribute.destinationPort, inNetworkOrder(to.port)),
  ]);
  const body = nested(attribute.tuple, [addresses, protocol]);
  const head = Buffer.alloc(20);
  head.writeUInt32LE(head.length + body.length, 0);
  head.writeUInt16LE((subsystem << 8) | deleteMessage, 4);
  head.writeUInt16LE(request | acknowledge, 6);
  head.writeUInt8(addressFamilies[family], 16);
  return Buffer.concat([head, body]);
}

const nestedFlag = 0x8000;
const nested = (type: number, parts: readonly Buffer[]): Buffer => plain(type | nestedFlag, Buffer.concat(parts));

/** Length and type, 16 bits each, then the value, filled up to 4 bytes. */
function plain(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc((4 + value.length + 3) & ~3);
  bytes.writeUInt16LE(4 + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  value.copy(bytes, 4);
  return bytes;
}

const inNetworkOrder = (port: number): Buffer => Buffer.of(port >> 8, port & 255);

const bytesOf = ({ family, number }: Ip): Buffer =>
  Buffer.from(number.toString(16).padStart(addressBits(family) / 4, "0"), "hex");
