import type { Ip } from "#net/ip.ts";
import { addressAttributes, attribute, bytesOf, message, nested, netlink, plain, udp } from "./conntrack-attributes.ts";
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

const [deleteMessage, errorMessage] = [2, 2];
const requestAcknowledged = 5;
const noSuchEntry = -2;

/**
 * Makes the kernel forget these flows, each found by its hash: the table is not gone through. Flows that are gone already are fine.
 * false where this Node has no foreign function interface or the kernel refused one: then nothing is said of the others.
 */
export async function forgetTuples(tuples: readonly UdpTuple[]): Promise<boolean> {
  const libc = (await openForeign("libc.so.6", signatures))?.functions;
  const { family, rawSocket, closeOnExec, netfilter } = netlink;
  const socket = libc?.socket(family, rawSocket | closeOnExec, netfilter) ?? -1;
  if (libc === undefined || socket < 0) return false;
  const answer = Buffer.alloc(8192);
  const areForgotten = tuples.every((tuple) => {
    const asked = deletion(tuple);
    if (libc.send(socket, asked, BigInt(asked.length), 0) < 0) return false;
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
  return message({ type: deleteMessage, flags: requestAcknowledged, family }, body);
}

const inNetworkOrder = (port: number): Buffer => Buffer.of(port >> 8, port & 255);
