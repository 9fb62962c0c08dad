import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { jsonType, type Outlet, type StreamAnswer } from "../exchange.ts";
import type { Upgrading } from "../streams/join.ts";
import { type LogProtocol, logProtocol } from "../streams/log-protocol.ts";

/** What a client says is not read, so it needs no room. */
const longestMessageBytes = 64 << 10;

/** How long one waits that says nothing to a ping, in milliseconds. */
const pingEveryMs = 30_000;

/** What an answer is sent as: the events of a watch, in JSON or protobuf, or the bytes of a log. */
type Form = "json" | "protobuf" | LogProtocol;

/**
 * Sends an answer that goes on as messages. Source: serveWatchHandler, WatchServer.HandleWS and, for logs, responsewriters.StreamObject in
 * k8s.io/apiserver.
 */
export function sendAsMessages({ request, socket, head }: Upgrading, answer: StreamAnswer): void {
  const form = formOf(String(answer.headers["content-type"]), request.headers["sec-websocket-protocol"]);
  const isLog = form !== "json" && form !== "protobuf";
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: longestMessageBytes,
    perMessageDeflate: false,
    ...(isLog && { handleProtocols: () => form }),
  });
  server.once("headers", (lines) => lines.push(`Audit-Id: ${answer.headers["audit-id"]}`));
  server.handleUpgrade(request, socket, head, (webSocket) => {
    const closed = new AbortController();
    keepAlive(webSocket);
    webSocket.once("close", () => closed.abort());
    webSocket.on("error", () => webSocket.terminate()); // the client broke the protocol, or has gone
    webSocket.on("message", (_: RawData) => {});
    if (isLog) webSocket.send(Buffer.alloc(0)); // as Kubernetes does, so that a client knows of a log that is silent
    answer.run(outletOf(webSocket, closed.signal, form));
  });
}

function formOf(contentType: string, offered: string | undefined): Form {
  if (contentType.startsWith(jsonType)) return "json";
  return contentType.startsWith("text/plain") ? logProtocol(offered) : "protobuf";
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

/** Over a WebSocket an event in protobuf needs no length before it. */
function messageOf(chunk: Uint8Array, form: Form): Uint8Array | string {
  switch (form) {
    case "protobuf":
      return chunk.subarray(lengthBytes);
    case "base64.binary.k8s.io":
      return Buffer.from(chunk).toString("base64");
    case "json":
    case "binary.k8s.io":
      return chunk;
  }
}

function outletOf(webSocket: WebSocket, closed: AbortSignal, form: Form): Outlet {
  const binary = form === "protobuf" || form === "binary.k8s.io";
  let lastSent = Promise.resolve();
  return {
    write: (chunk) => {
      if (closed.aborted) return 0;
      const message = messageOf(chunk, form);
      lastSent = new Promise((resolve) => webSocket.send(message, { binary }, () => resolve()));
      return webSocket.bufferedAmount;
    },
    drained: () => lastSent,
    waiting: () => webSocket.bufferedAmount,
    end: () => webSocket.close(),
    cut: () => webSocket.terminate(),
    closed,
  };
}
