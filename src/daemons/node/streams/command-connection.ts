import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { Refused } from "../refused.ts";
import type { CommandStreams, StreamTiming, Wanted } from "./command-streams.ts";
import { chooseSpdyProtocol, StreamsMissing, spdyCommand, spdyProtocols } from "./spdy-command.ts";
import { offersWebSocketProtocol } from "./websocket-protocols.ts";

/** A client's connection that is to become the streams of a command. */
export interface CommandExchange {
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
  readonly socket: Duplex;
  /** What the client sent after its request's head. */
  readonly head: Buffer;
  readonly timing: StreamTiming;
  /** Told where a command could not be served to its end. */
  readonly failed: (fault: unknown) => void;
}

/**
 * Upgrades the connection, and serves its streams once the client has opened them. Throws `Refused` while the connection still is
 * as it was.
 */
export function connectCommand(
  exchange: CommandExchange,
  wanted: Wanted,
  run: (streams: CommandStreams) => Promise<void>,
): void {
  const { request, timing, failed } = exchange;
  const serve = (streams: CommandStreams): void => {
    const pings = setInterval(streams.ping, timing.pingSeconds * 1000);
    streams.gone.addEventListener("abort", () => clearInterval(pings));
    run(streams).catch(failed);
  };
  switch (request.headers.upgrade?.toLowerCase()) {
    case "spdy/3.1":
      overSpdy(exchange, wanted, serve);
      return;
    case "websocket":
      overWebSocket(exchange, wanted, serve);
      return;
    default:
      throw new Refused(
        400,
        `unable to upgrade: this node speaks SPDY/3.1 and websocket, not ${request.headers.upgrade}`,
      );
  }
}

/** What the client asks to be connected to. Throws `Refused`. Source: NewOptions in k8s.io/kubelet/pkg/cri/streaming/remotecommand. */
export function wantedOf(query: URLSearchParams): Wanted {
  const tty = query.get("tty") === "1";
  const wanted = {
    stdin: query.get("input") === "1",
    stdout: query.get("output") === "1",
    // A terminal has one output; clients that ask for another get none there.
    stderr: query.get("error") === "1" && !tty,
    tty,
  };
  if (wanted.stdin || wanted.stdout || wanted.stderr) return wanted;
  throw new Refused(400, "you must specify at least 1 of stdin, stdout, stderr");
}

function overSpdy(
  { request, socket, head, timing, failed }: CommandExchange,
  wanted: Wanted,
  serve: (streams: CommandStreams) => void,
): void {
  const offered = String(request.headers["x-stream-protocol-version"] ?? "");
  const protocol = chooseSpdyProtocol(offered);
  if (request.method !== "POST" && request.method !== "GET") throw new Refused(405, "Method Not Allowed");
  if (protocol === undefined) {
    const why = `unable to negotiate protocol: client supports [${offered}], server accepts [${spdyProtocols}]`;
    throw new Refused(403, why, { "x-accepted-stream-protocol-versions": spdyProtocols });
  }
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n" +
      `X-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
  if (head.length > 0) socket.unshift(head);
  spdyCommand(socket, wanted, timing.openingSeconds).then(serve, (fault: unknown) => {
    // A client that went away, or waited too long, has been left already.
    if (!(fault instanceof StreamsMissing)) failed(fault);
  });
}

function overWebSocket(
  { request, socket, head, failed }: CommandExchange,
  wanted: Wanted,
  serve: (streams: CommandStreams) => void,
): void {
  const offered = request.headers["sec-websocket-protocol"] ?? "";
  if (!offersWebSocketProtocol(offered)) {
    throw new Refused(
      400,
      `unable to upgrade: none of the sub-protocols [${offered}] is v5.channel.k8s.io or v4.channel.k8s.io`,
    );
  }
  // Only who needs WebSockets pays for loading them; what comes meanwhile waits in the socket, which nobody reads yet.
  const loaded = import("./websocket-command.ts");
  loaded.then(({ webSocketCommand }) => webSocketCommand({ request, socket, head }, wanted, serve), failed);
}
