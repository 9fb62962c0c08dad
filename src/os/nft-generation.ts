import { openForeign } from "./foreign.ts";

/**
 * How often the rules of this network namespace have changed, all tables together: the kernel counts transactions. Whoever remembers
 * the count after its own knows for 10 µs whether anybody else has been there since, and reads no table for it.
 */
export interface RulesetGeneration {
  /** undefined where the kernel gave no answer. */
  readonly read: () => number | undefined;
  readonly close: () => void;
}

const signatures = {
  socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
  setsockopt: { arguments: ["i32", "i32", "i32", "buffer", "u32"], return: "i32" },
  send: { arguments: ["i32", "buffer", "u64", "i32"], return: "i64" },
  recv: { arguments: ["i32", "buffer", "u64", "i32"], return: "i64" },
  close: { arguments: ["i32"], return: "i32" },
} as const;

// linux/netlink.h, linux/netfilter/nfnetlink.h, linux/netfilter/nf_tables.h
const [netlinkFamily, rawSocket, closeOnExec, netfilterProtocol] = [16, 3, 0o2000000, 12];
const [socketLevel, receiveTimeout] = [1, 20];
const [subsystem, getGeneration, newGeneration] = [10, 16, 15];
const [headerBytes, genericBytes] = [16, 4];
const generationAttribute = 1;
const requestFlag = 1;

/** undefined where this Node has no foreign function interface, or the kernel no such sockets. */
export async function openGeneration(): Promise<RulesetGeneration | undefined> {
  const libc = (await openForeign("libc.so.6", signatures))?.functions;
  const socket = libc?.socket(netlinkFamily, rawSocket | closeOnExec, netfilterProtocol) ?? -1;
  if (libc === undefined || socket < 0) return undefined;
  // The kernel answers before `send` returns; this is for a kernel that doesn't answer at all.
  const halfSecond = Buffer.alloc(16);
  halfSecond.writeBigInt64LE(500_000n, 8);
  libc.setsockopt(socket, socketLevel, receiveTimeout, halfSecond, halfSecond.length);
  const request = Buffer.alloc(headerBytes + genericBytes);
  request.writeUInt32LE(request.length, 0);
  request.writeUInt16LE((subsystem << 8) | getGeneration, 4);
  request.writeUInt16LE(requestFlag, 6);
  const answer = Buffer.alloc(4096);
  return {
    read() {
      if (libc.send(socket, request, BigInt(request.length), 0) < 0) return undefined;
      const length = Number(libc.recv(socket, answer, BigInt(answer.length), 0));
      return length < 0 ? undefined : generationIn(answer.subarray(0, length));
    },
    close: () => void libc.close(socket),
  };
}

/** Attributes follow the two headers: length and type, 16 bits each, then the value, filled up to 4 bytes. */
function generationIn(message: Buffer): number | undefined {
  if (message.length < headerBytes || message.readUInt16LE(4) !== ((subsystem << 8) | newGeneration)) return undefined;
  for (let at = headerBytes + genericBytes; at + 8 <= message.length; ) {
    const length = message.readUInt16LE(at);
    if (message.readUInt16LE(at + 2) === generationAttribute) return message.readUInt32BE(at + 4);
    at += Math.max(4, (length + 3) & ~3);
  }
  return undefined;
}
