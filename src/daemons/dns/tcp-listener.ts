import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { Responder } from "./responder.ts";
import { framed, MessageFrames } from "./tcp-frames.ts";
import type { Listener } from "./udp-listener.ts";
import type { ServerAddress } from "./upstreams.ts";

/** Who sends no whole query for so long is cut off (RFC 7766 section 6.2.3). */
const IDLE_MS = 5000;
const MAX_CONNECTIONS = 512;
/** One client can't take all of them. */
const MAX_CONNECTIONS_PER_CLIENT = 64;
/** No query is as long; who announces more lies. */
const MAX_QUERY_BYTES = 4096;
/** Answers that a client doesn't fetch. */
const MAX_UNSENT_BYTES = 1 << 18;

/** Answers over TCP at one address. Rejects with the system's error where it can't be bound. */
export async function listenTcp({ address, port }: ServerAddress, responder: Responder): Promise<Listener> {
  const connections = new Map<Socket, string>();
  const countOf = (client: string): number => [...connections.values()].filter((it) => it === client).length;
  const server = createServer((socket) => {
    const client = socket.remoteAddress ?? "";
    if (countOf(client) >= MAX_CONNECTIONS_PER_CLIENT) {
      socket.destroy();
      return;
    }
    connections.set(socket, client);
    socket.on("close", () => connections.delete(socket));
    serve(socket, responder);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen({ port, host: address, ipv6Only: true });
  await once(server, "listening");
  // A connection that can't be taken, for want of file descriptors, must not end the service for others.
  server.on("error", () => {});
  const bound = server.address();
  return {
    port: bound === null || typeof bound === "string" ? port : bound.port,
    async stop() {
      server.close();
      for (const socket of connections.keys()) socket.destroy();
      await once(server, "close");
    },
  };
}

function serve(socket: Socket, responder: Responder): void {
  const frames = new MessageFrames(MAX_QUERY_BYTES);
  const idle = setTimeout(() => socket.destroy(), IDLE_MS);
  // A client that goes away in the middle is no fault of ours; `close` follows.
  socket.on("error", () => socket.destroy());
  socket.on("close", () => clearTimeout(idle));
  socket.setNoDelay(true);
  socket.on("data", (chunk: Buffer) => {
    const queries = frames.push(chunk);
    if (queries.length > 0) idle.refresh();
    for (const query of queries) responder.respond(query, "tcp", (answer) => send(socket, answer));
    if (frames.isBroken) socket.destroy();
  });
}

function send(socket: Socket, answer: Uint8Array): void {
  if (!socket.writable) return;
  socket.write(framed(answer));
  if (socket.writableLength > MAX_UNSENT_BYTES) socket.destroy();
}
