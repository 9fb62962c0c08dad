import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type RunningCommand, runCommand } from "./command.ts";
import type { ContainerPath } from "./kubelet-paths.ts";
import type { PodAccess } from "./pod-access.ts";
import { Refused } from "./refused.ts";
import type { CommandStreams, StreamTiming, Wanted } from "./streams/command-streams.ts";
import { chooseSpdyProtocol, StreamsMissing, spdyCommand, spdyProtocols } from "./streams/spdy-command.ts";
import { offersWebSocketProtocol, webSocketCommand } from "./streams/websocket-command.ts";

export interface ExecExchange {
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
 * Runs a command in a container for a client that upgrades its connection. Throws `Refused` while the connection still is as it
 * was. Source: the kubelet's getExec, and the CRI streaming server's ServeExec.
 */
export function serveExec(pods: PodAccess, at: ContainerPath, exchange: ExecExchange): void {
  const { request, query, timing, failed } = exchange;
  const argv = query.getAll("command");
  const wanted = wantedOf(query);
  if (argv.length === 0) throw new Refused(400, "you must specify at least one command for the container");
  const id = runningContainer(pods, at);
  const command: RunningCommand = { argv, start: () => pods.exec(id, argv), failed };
  const serve = (streams: CommandStreams): void => {
    const pings = setInterval(streams.ping, timing.pingSeconds * 1000);
    streams.gone.addEventListener("abort", () => clearInterval(pings));
    runCommand(command, streams).catch(failed);
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

/** Source: NewOptions in k8s.io/kubelet/pkg/cri/streaming/remotecommand. */
function wantedOf(query: URLSearchParams): Wanted {
  if (query.get("tty") === "1")
    throw new Refused(400, "this node has no terminals: run the command without --tty (-t)");
  const wanted = {
    stdin: query.get("input") === "1",
    stdout: query.get("output") === "1",
    stderr: query.get("error") === "1",
  };
  if (wanted.stdin || wanted.stdout || wanted.stderr) return wanted;
  throw new Refused(400, "you must specify at least 1 of stdin, stdout, stderr");
}

function runningContainer(pods: PodAccess, { namespace, pod: name, container }: ContainerPath): string {
  const pod = pods.pod(namespace, name);
  if (pod === undefined) throw new Refused(404, "pod does not exist");
  const found = pods.container(pod, container, false);
  if (found?.state.kind !== "running") throw new Refused(500, `container not found ("${container}")`);
  return found.id;
}

function overSpdy(
  { request, socket, head, timing, failed }: ExecExchange,
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
  { request, socket, head }: ExecExchange,
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
  webSocketCommand({ request, socket, head }, wanted, serve);
}
