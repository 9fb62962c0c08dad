import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { type DecodedPacket, decode, encode, type Packet } from "dns-packet";
import type { ServerAddress } from "#daemons/dns/upstreams.ts";
import { framed } from "./client.ts";

/** A resolver of others, on loopback. */
export interface Upstream extends ServerAddress, AsyncDisposable {
  /** The questions it was asked, in order: `udp example.com A`. */
  readonly asked: readonly string[];
}

/** One question as it came. */
export interface Asked {
  readonly packet: DecodedPacket;
  readonly name: string;
  readonly carrier: "udp" | "tcp";
  /** Sends this back from the address that was asked. */
  readonly reply: (message: Uint8Array) => void;
  /** Where a datagram came from. */
  readonly from: ServerAddress;
  /** The server's own. */
  readonly port: number;
}

/** Starts a resolver that does with each question what `act` does: one that does nothing is silent. */
export async function startUpstream(act: (asked: Asked) => void): Promise<Upstream> {
  const asked: string[] = [];
  const hear = (bytes: Buffer, rest: Omit<Asked, "packet" | "name">): void => {
    const packet = decode(bytes);
    const [question] = packet.questions ?? [];
    asked.push(`${rest.carrier} ${question?.name} ${question?.type}`);
    act({ packet, name: question?.name ?? "", ...rest });
  };
  const { udp, port } = await boundUdp();
  udp.on("message", (bytes, from) =>
    hear(bytes, { carrier: "udp", from, port, reply: (message) => udp.send(message, from.port, from.address) }),
  );
  const tcp = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes: Buffer) => {
      const from = { address: "127.0.0.1", port: socket.remotePort ?? 0 };
      hear(bytes.subarray(2), { carrier: "tcp", from, port, reply: (message) => socket.write(framed(message)) });
    });
  });
  await once(tcp.listen(port, "127.0.0.1"), "listening");
  return {
    address: "127.0.0.1",
    port,
    asked,
    async [Symbol.asyncDispose]() {
      udp.close();
      await new Promise((closed) => tcp.close(closed));
    },
  };
}

async function boundUdp(): Promise<{ readonly udp: UdpSocket; readonly port: number }> {
  const udp = createSocket("udp4");
  udp.bind(0, "127.0.0.1");
  await once(udp, "listening");
  return { udp, port: udp.address().port };
}

/** The answer to a question, with `fields` changed. */
export const answering = ({ packet }: Asked, fields: Partial<Packet>): Buffer =>
  encode({ type: "response", id: packet.id ?? 0, flags: 0x0180, questions: packet.questions ?? [], ...fields });

/** An address record for the name asked for. */
export const address = ({ name }: Asked, ip: string, ttl = 60): NonNullable<Packet["answers"]>[number] => ({
  type: "A",
  name,
  ttl,
  data: ip,
});

/** A port on loopback where nobody listens. */
export async function closedPort(): Promise<ServerAddress> {
  const { udp, port } = await boundUdp();
  await once(udp.close(), "close");
  return { address: "127.0.0.1", port };
}
