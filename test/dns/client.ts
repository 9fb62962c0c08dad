import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { type Answer, type DecodedPacket, decode, encode, type Packet, type RecordType } from "dns-packet";
import { rcodeName } from "#core/dns/specimens.ts";
import type { ServerAddress } from "#daemons/dns/upstreams.ts";

/** A query as stub resolvers send it; `fields` change that. */
export const query = (name: string, type: RecordType, fields: Partial<Packet> = {}): Buffer =>
  encode({ type: "query", id: 4711, flags: 0x0100, questions: [{ name, type }], ...fields });

/** Sends one datagram and waits for one. */
export async function askUdp(server: ServerAddress, message: Uint8Array): Promise<DecodedPacket> {
  const socket = createSocket(server.address.includes(":") ? "udp6" : "udp4");
  try {
    socket.send(message, server.port, server.address);
    const [bytes] = await once(socket, "message", { signal: AbortSignal.timeout(10_000) });
    return decode(bytes);
  } finally {
    socket.close();
  }
}

/** Sends bytes over one connection, and gives what came until `count` answers were there or the server hung up. */
export async function askTcp(server: ServerAddress, bytes: Uint8Array, count = 1): Promise<readonly DecodedPacket[]> {
  const socket = connect(server.port, server.address);
  const answers: DecodedPacket[] = [];
  try {
    socket.write(bytes);
    let rest: Buffer = Buffer.alloc(0);
    socket.setTimeout(10_000, () => socket.destroy(new Error("no answer within 10 s")));
    for await (const chunk of socket) {
      rest = Buffer.concat([rest, chunk]);
      for (; rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(); rest = rest.subarray(2 + rest.readUInt16BE()))
        answers.push(decode(rest.subarray(2, 2 + rest.readUInt16BE())));
      if (answers.length >= count) break;
    }
    return answers;
  } finally {
    socket.destroy();
  }
}

/** The length that goes before a message on TCP. */
export const framed = (message: Uint8Array): Buffer =>
  Buffer.concat([Buffer.of(message.length >> 8, message.length & 255), message]);

/** `NOERROR web.shop.svc.cluster.local A 10.96.0.17`, one line a record after the response code. */
export const shown = (packet: DecodedPacket): readonly string[] => [
  rcodeName((packet.flags ?? 0) & 15),
  ...(packet.answers ?? []).map(showAnswer),
];

const showAnswer = (record: Answer): string =>
  "data" in record ? `${record.name} ${record.type} ${showContent(record.data)}` : `${record.name} ${record.type}`;

function showContent(content: unknown): string {
  if (Array.isArray(content)) return content.map(showContent).join(" ");
  if (Buffer.isBuffer(content)) return JSON.stringify(content.toString());
  return typeof content === "object" ? JSON.stringify(content) : String(content);
}
