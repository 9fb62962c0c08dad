import { openForeign } from "./foreign.ts";

const signatures = {
  socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
  sendto: { arguments: ["i32", "buffer", "u64", "i32", "buffer", "u32"], return: "i64" },
  close: { arguments: ["i32"], return: "i32" },
} as const;

/** Sends Ethernet frames as they are. */
export interface PacketSocket {
  /** Whether the kernel took it. `link` is the index of the link. */
  readonly send: (link: number, frame: Uint8Array) => boolean;
  readonly close: () => void;
}

// Source: packet(7), linux/if_packet.h.
const packetFamily = 17;
const rawSocket = 3;
const addressBytes = 20;

/** In this thread's network namespace. undefined where libc can't be called, or this process may not send frames. */
export async function openPacketSocket(): Promise<PacketSocket | undefined> {
  const libc = await openForeign("libc.so.6", signatures);
  if (libc === undefined) return undefined;
  const { socket, sendto, close } = libc.functions;
  // protocol 0: it only sends
  const descriptor = socket(packetFamily, rawSocket, 0);
  if (descriptor < 0) return undefined;
  return {
    send(link, frame) {
      const address = Buffer.alloc(addressBytes);
      address.writeUInt16LE(packetFamily, 0);
      address.writeInt32LE(link, 4);
      address.writeUInt8(6, 11);
      frame.subarray(0, 6).forEach((octet, i) => void address.writeUInt8(octet, 12 + i));
      return sendto(descriptor, frame, BigInt(frame.length), 0, address, addressBytes) === BigInt(frame.length);
    },
    close: () => void close(descriptor),
  };
}
