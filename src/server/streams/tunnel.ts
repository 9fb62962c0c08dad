import type { IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { Join, Upgrading } from "./join.ts";
import { auditLines, dial, join } from "./splice.ts";

/** Before the name of what it carries. Source: KEP-4006, WebsocketsSPDYTunnelingPrefix in k8s.io/apimachinery. */
const prefix = "SPDY/3.1+";
/** As long as a message may be, in bytes; clients send at most 32 KiB. */
const longestMessage = 1 << 20;
/** How often a client is asked whether it is there, in milliseconds, and how often in vain. */
const pingEveryMs = 30_000;
const pingsInVain = 10;

const tunnelled = ({ headers }: IncomingMessage): readonly string[] =>
  (headers["sec-websocket-protocol"] ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name.startsWith(prefix));

/**
 * Agents speak SPDY alone: what comes in messages goes to them as it is, and the other way round. The WebSocket is accepted once
 * the agent has agreed; a client that is refused tries SPDY next. Source: the tunnelling handler of k8s.io/apiserver.
 */
export const throughTunnel =
  (target: RequestOptions): Join =>
  (upgrading) => {
    const offered = tunnelled(upgrading.request).map((name) => name.slice(prefix.length));
    const headers = { connection: "Upgrade", upgrade: "SPDY/3.1", "x-stream-protocol-version": [...offered] };
    dial(upgrading, { ...target, agent: false, method: "POST", headers }, ({ answer, agent }) => {
      const leave = (): void => void agent.destroy();
      upgrading.socket.once("close", leave); // its handshake may be wrong
      accept(upgrading, `${prefix}${answer.headers["x-stream-protocol-version"]}`, (client) => {
        upgrading.socket.off("close", leave);
        join(client, agent);
      });
    });
  };

/** `ws` takes no sub-protocol whose name has a slash, so it doesn't get to see it (RFC 6455 section 4.1 forbids it, too). */
function accept(
  { request, socket, head, auditId }: Upgrading,
  protocol: string,
  accepted: (client: Duplex) => void,
): void {
  delete request.headers["sec-websocket-protocol"];
  const server = new WebSocketServer({ noServer: true, maxPayload: longestMessage, perMessageDeflate: false });
  server.once("headers", (lines) => lines.push(`Sec-WebSocket-Protocol: ${protocol}`, ...auditLines(auditId)));
  server.handleUpgrade(request, socket, head, (webSocket) => {
    keepAlive(webSocket, socket);
    accepted(bytesOf(webSocket));
  });
}

/** Held back both ways by whoever is slower; what has ended is closed with 1000, which kubectl takes for the end of what it reads. */
function bytesOf(webSocket: WebSocket): Duplex {
  const isClosed = (): boolean => webSocket.readyState === webSocket.CLOSED;
  const bytes = new Duplex({
    read: () => webSocket.resume(),
    write: (chunk: Buffer, _encoding, done) => webSocket.send(chunk, done),
    final(done) {
      if (isClosed()) return done();
      webSocket.once("close", () => done());
      webSocket.close(1000);
    },
    destroy(fault, done) {
      webSocket.terminate();
      done(fault);
    },
  });
  webSocket.on("error", () => webSocket.terminate()); // `close` follows
  webSocket.on("message", (message: RawData, isBinary) => {
    if (!isBinary) webSocket.close(1003, "SPDY is no text");
    else if (!bytes.readableEnded && !bytes.push(wholeOf(message))) webSocket.pause();
  });
  webSocket.once("close", () => {
    bytes.push(null);
    bytes.end();
  });
  return bytes;
}

const wholeOf = (message: RawData): Buffer =>
  Array.isArray(message) ? Buffer.concat(message) : message instanceof ArrayBuffer ? Buffer.from(message) : message;

/** Where a client can't answer because it, or what it sends to, is slow, its silence says nothing. */
function keepAlive(webSocket: WebSocket, socket: Duplex): void {
  let unanswered = 0;
  for (const sign of ["message", "pong"] as const) webSocket.on(sign, () => (unanswered = 0));
  const pings = setInterval(() => {
    const { writableNeedDrain: isSlow } = socket;
    unanswered = webSocket.isPaused || isSlow ? 0 : unanswered + 1;
    if (unanswered > pingsInVain) webSocket.terminate();
    else if (!isSlow) webSocket.ping();
  }, pingEveryMs).unref();
  webSocket.once("close", () => clearInterval(pings));
}
