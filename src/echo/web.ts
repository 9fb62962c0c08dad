import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { answer } from "./answers.ts";

// Not by `import`: that reads every export of node:http, and so loads the HTTP client too (20 ms, 15 MB).
const { createServer } = process.getBuiltinModule("node:http");

/** It listens nowhere: connections are handed to it once their first byte has told what they speak. */
const server = createServer({ keepAliveTimeout: 0, shouldUpgradeCallback: isWebSocket }, respond).on(
  "upgrade",
  upgrade,
);

/** What is known of a connection, by the socket that HTTP is read from, which inside TLS is not the connection's own. */
interface Connection {
  requests: number;
  finishing: boolean;
}
const connections = new WeakMap<Socket, Connection>();

/** The first byte of a TLS handshake record (RFC 8446, section 5.1). */
const tlsHandshake = 0x16;

/** Speaks HTTP with a client, inside TLS where it begins with a TLS hello. The result ends the connection once it is idle. */
export function serveWeb(socket: Socket): () => void {
  const connection: Connection = { requests: 0, finishing: false };
  socket.once("readable", () => {
    const head: unknown = socket.read();
    if (!(head instanceof Buffer)) {
      socket.end();
      return;
    }
    socket.unshift(head);
    if (head[0] === tlsHandshake) enterTls(socket, connection).catch(() => socket.destroy());
    else speakHttp(socket, connection);
  });
  return () => {
    connection.finishing = true;
    if (connection.requests === 0) socket.destroySoon();
  };
}

function speakHttp(socket: Socket, connection: Connection): void {
  connections.set(socket, connection);
  server.emit("connection", socket);
}

async function enterTls(socket: Socket, connection: Connection): Promise<void> {
  const { secureContext } = await import("./secure-context.ts");
  const { TLSSocket } = process.getBuiltinModule("node:tls");
  const secure = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ["http/1.1"] });
  secure.on("error", () => socket.destroy());
  speakHttp(secure, connection);
}

function respond(request: IncomingMessage, response: ServerResponse): void {
  const connection = connections.get(request.socket);
  if (connection === undefined) throw new RangeError("a request without a connection");
  connection.requests++;
  if (connection.finishing) response.setHeader("connection", "close");
  response.on("close", () => {
    connection.requests--;
    if (connection.finishing && connection.requests === 0) request.socket.destroySoon();
  });
  answer(request, response);
}

function isWebSocket({ url = "", headers }: IncomingMessage): boolean {
  return /^\/ws(\?|$)/.test(url) && headers.upgrade?.toLowerCase() === "websocket";
}

async function upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
  const { serveWebSocket } = await import("./web-socket.ts");
  serveWebSocket(request, socket, head);
}
