import type { IncomingMessage } from "node:http";
import { type Duplex, Readable, Writable } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { CommandStreams, Wanted } from "./command-streams.ts";

/** The first byte of each message says which stream it belongs to. Source: KEP-4006; v5 adds `close`. */
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, close: 255 } as const;
const spoken = ["v5.channel.k8s.io", "v4.channel.k8s.io"] as const;
/** As long as a message may be; clients send at most 32 KiB. */
const longestMessage = 1 << 20;

const acceptor = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  maxPayload: longestMessage,
  handleProtocols: (offered) => spoken.find((name) => offered.has(name)) ?? false,
});

/** Whether the client offers a sub-protocol that we speak; an upgrade without one must be refused before it is accepted. */
export const offersWebSocketProtocol = (offered: string): boolean => {
  const names = offered.split(",").map((name) => name.trim());
  return spoken.some((name) => names.includes(name));
};

/** The streams of an exec over one WebSocket. */
export function webSocketCommand(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): (wanted: Wanted) => Promise<CommandStreams> {
  return (wanted) =>
    new Promise((resolve) => {
      acceptor.handleUpgrade(request, socket, head, (webSocket) => resolve(streamsOf(webSocket, wanted)));
    });
}

function streamsOf(webSocket: WebSocket, wanted: Wanted): CommandStreams {
  const gone = new AbortController();
  webSocket.on("close", () => gone.abort());
  webSocket.on("error", () => webSocket.terminate()); // `close` follows, and tells everybody
  const stdin = wanted.stdin ? incoming(webSocket) : undefined;
  if (stdin === undefined) webSocket.resume();
  return {
    stdin,
    stdout: wanted.stdout ? outgoing(webSocket, channel.stdout) : undefined,
    stderr: wanted.stderr ? outgoing(webSocket, channel.stderr) : undefined,
    gone: gone.signal,
    finish(status) {
      if (webSocket.readyState !== webSocket.OPEN) return;
      webSocket.send(Buffer.concat([Buffer.from([channel.error]), Buffer.from(JSON.stringify(status))]));
      webSocket.close(1000);
    },
  };
}

function incoming(webSocket: WebSocket): Readable {
  const stdin = new Readable({ read: () => webSocket.resume() });
  webSocket.on("message", (message: RawData) => {
    const bytes = bytesOf(message);
    const isClose = bytes[0] === channel.close && bytes[1] === channel.stdin;
    if (isClose && !stdin.readableEnded) stdin.push(null);
    if (bytes[0] === channel.stdin && bytes.length > 1 && !stdin.push(bytes.subarray(1))) webSocket.pause();
  });
  webSocket.on("close", () => stdin.destroy());
  stdin.on("error", () => stdin.destroy()); // data after its end: nobody reads it any more
  return stdin;
}

const bytesOf = (message: RawData): Buffer =>
  Array.isArray(message) ? Buffer.concat(message) : message instanceof ArrayBuffer ? Buffer.from(message) : message;

const outgoing = (webSocket: WebSocket, to: number): Writable =>
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (webSocket.readyState !== webSocket.OPEN) done();
      else webSocket.send(Buffer.concat([Buffer.from([to]), chunk]), (fault) => done(fault ?? null));
    },
  });
