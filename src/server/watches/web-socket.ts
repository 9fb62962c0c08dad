import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { jsonType, type Outlet, type StreamAnswer } from "../exchange.ts";
import type { Upgrading } from "../streams/join.ts";

/** What a client says is not read, so it needs no room. */
const longestMessageBytes = 64 << 10;

/** How long one waits that says nothing to a ping, in milliseconds. */
const pingEveryMs = 30_000;

/**
 * Sends a watch as messages, one an event: text where the events are JSON, bytes where they are protobuf, which then need no length before
 * them. Source: serveWatchHandler and WatchServer.HandleWS in k8s.io/apiserver.
 */
export function sendAsMessages({ request, socket, head }: Upgrading, answer: StreamAnswer): void {
  const server = new WebSocketServer({ noServer: true, maxPayload: longestMessageBytes, perMessageDeflate: false });
  server.handleUpgrade(request, socket, head, (webSocket) => {
    const closed = new AbortController();
    keepAlive(webSocket);
    webSocket.once("close", () => closed.abort());
    webSocket.on("error", () => webSocket.terminate()); // the client broke the protocol, or has gone
    webSocket.on("message", (_: RawData) => {});
    answer.run(outletOf(webSocket, closed.signal, !String(answer.headers["content-type"]).startsWith(jsonType)));
  });
}

function keepAlive(webSocket: WebSocket): void {
  let hasAnswered = true;
  webSocket.on("pong", () => {
    hasAnswered = true;
  });
  const pings = setInterval(() => {
    if (!hasAnswered) webSocket.terminate();
    hasAnswered = false;
    webSocket.ping();
  }, pingEveryMs).unref();
  webSocket.once("close", () => clearInterval(pings));
}

/** The bytes that tell how long an event in protobuf is. */
const lengthBytes = 4;

function outletOf(webSocket: WebSocket, closed: AbortSignal, isBinary: boolean): Outlet {
  let lastSent = Promise.resolve();
  return {
    write: (chunk) => {
      if (closed.aborted) return 0;
      const message = isBinary ? chunk.subarray(lengthBytes) : chunk;
      lastSent = new Promise((resolve) => webSocket.send(message, { binary: isBinary }, () => resolve()));
      return webSocket.bufferedAmount;
    },
    drained: () => lastSent,
    waiting: () => webSocket.bufferedAmount,
    end: () => webSocket.close(),
    cut: () => webSocket.terminate(),
    closed,
  };
}
