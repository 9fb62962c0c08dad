import type { IncomingMessage } from "node:http";
import { type Duplex, Readable, Writable } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { type CommandStreams, lingerSeconds, pingsInVain, type Wanted } from "./command-streams.ts";
import { TerminalSizes } from "./terminal-sizes.ts";
import { webSocketProtocols } from "./websocket-protocols.ts";

/** The first byte of each message says which stream it belongs to. Source: KEP-4006; v5 adds `close`. */
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;
/** As long as a message may be, in bytes; clients send at most 32 KiB. */
const longestMessage = 1 << 20;

const acceptor = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  maxPayload: longestMessage,
  handleProtocols: (offered) => webSocketProtocols.find((name) => offered.has(name)) ?? false,
});

export interface WebSocketUpgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Calls back with the streams of an exec over one WebSocket; a handshake that is wrong is refused and goes no further. */
export function webSocketCommand(
  { request, socket, head }: WebSocketUpgrade,
  wanted: Wanted,
  accepted: (streams: CommandStreams) => void,
): void {
  acceptor.handleUpgrade(request, socket, head, (webSocket) =>
    accepted(streamsOf(webSocket, wanted, pinging(webSocket, socket))),
  );
}

/** Gives what asks whether a client is still there. Where it can't answer because it, or its command, is slow, its silence says nothing. */
function pinging(webSocket: WebSocket, socket: Duplex): () => void {
  let unanswered = 0;
  // Some ask the same of us, even while they can't answer.
  for (const sign of ["message", "ping", "pong"] as const) webSocket.on(sign, () => (unanswered = 0));
  return () => {
    if (webSocket.readyState !== webSocket.OPEN) return;
    const { writableNeedDrain: isSlow } = socket;
    unanswered = webSocket.isPaused || isSlow ? 0 : unanswered + 1;
    if (unanswered > pingsInVain) webSocket.terminate();
    else if (!isSlow) webSocket.ping();
  };
}

function streamsOf(webSocket: WebSocket, wanted: Wanted, ping: () => void): CommandStreams {
  const gone = new AbortController();
  webSocket.on("close", () => gone.abort());
  webSocket.on("error", () => webSocket.terminate()); // `close` follows, and tells everybody
  const sizes = new TerminalSizes();
  webSocket.on("message", (message: RawData) => {
    const bytes = bytesOf(message);
    if (bytes[0] === channel.resize) sizes.take(Buffer.concat([bytes.subarray(1), lineEnd]));
  });
  const stdin = wanted.stdin ? incoming(webSocket) : undefined;
  return {
    stdin,
    stdout: wanted.stdout ? outgoing(webSocket, channel.stdout) : undefined,
    stderr: wanted.stderr ? outgoing(webSocket, channel.stderr) : undefined,
    sizes,
    gone: gone.signal,
    ping,
    finish(ending) {
      if (webSocket.readyState !== webSocket.OPEN) return;
      stdin?.destroy();
      webSocket.send(Buffer.concat([Buffer.from([channel.error]), Buffer.from(JSON.stringify(ending))]));
      webSocket.close(1000);
      const late = setTimeout(() => webSocket.terminate(), lingerSeconds * 1000);
      webSocket.once("close", () => clearTimeout(late));
    },
  };
}

/** Not every client ends a message as a line. */
const lineEnd = Buffer.from("\n");

function incoming(webSocket: WebSocket): Readable {
  const stdin = new Readable({ read: () => webSocket.resume() });
  webSocket.on("message", (message: RawData) => {
    if (stdin.destroyed || stdin.readableEnded) return;
    const bytes = bytesOf(message);
    if (bytes[0] === channel.close && bytes[1] === channel.stdin) stdin.push(null);
    if (bytes[0] === channel.stdin && bytes.length > 1 && !stdin.push(bytes.subarray(1))) webSocket.pause();
  });
  webSocket.on("close", () => stdin.destroy());
  // Nobody reads it any more: what still comes is thrown away, so that the client's own close is seen.
  stdin.on("close", () => webSocket.resume());
  stdin.on("error", () => {}); // it was cut off, or goes on after its own end: `close` follows
  return stdin;
}

const bytesOf = (message: RawData): Buffer =>
  Array.isArray(message) ? Buffer.concat(message) : message instanceof ArrayBuffer ? Buffer.from(message) : message;

const outgoing = (webSocket: WebSocket, to: number): Writable =>
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (webSocket.readyState !== webSocket.OPEN) done();
      else webSocket.send(Buffer.concat([Buffer.from([to]), chunk]), () => done());
    },
  });
