/**
 * portolan/echo: the program of the built-in image. It says who it is and what reached it, over HTTP, TLS, WebSocket, TCP and UDP.
 *
 *     --http PORT,…  --tcp PORT,…  --udp PORT,…
 *
 * Every pod of it is a process, so it is lean: what a protocol needs is loaded by its first client. The file runs in containers
 * where this repository is not, so it imports only what stands beside it.
 */
import { createServer, type Server, type Socket } from "node:net";
import { type Listen, parseArguments } from "./arguments.ts";
import { hostname } from "./identity.ts";

const listen = parseArguments(process.argv.slice(2), process.env.PORTOLAN_PORTS);
if (listen.kind === "wrong") {
  process.stderr.write(`portolan/echo: ${listen.why}\n`);
  process.exit(2);
}
await serve(listen);

/** Open connections, and what makes each of them end once it has answered what was asked. */
type Connections = Map<Socket, () => void>;

async function serve({ http, tcp, udp }: Listen): Promise<void> {
  const connections: Connections = new Map();
  const servers = [
    ...http.map((port) => tcpServer(port, connections, async (socket) => (await import("./web.ts")).serveWeb(socket))),
    ...tcp.map((port) =>
      tcpServer(port, connections, async (socket) => (await import("./lines.ts")).serveLines(socket)),
    ),
  ];
  if (udp.length > 0) {
    const { serveDatagrams } = await import("./lines.ts");
    for (const port of udp) serveDatagrams(port, fail);
  }
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => stop(servers, connections));
  const shown = Object.entries({ http, tcp, udp }).flatMap(([kind, ports]) =>
    ports.length > 0 ? [`${kind} ${ports.join(",")}`] : [],
  );
  process.stdout.write(`portolan/echo on ${hostname}: ${shown.join(", ")}\n`);
}

function tcpServer(port: number, connections: Connections, take: (socket: Socket) => Promise<() => void>): Server {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    connections.set(socket, () => socket.destroy());
    socket.on("close", () => connections.delete(socket));
    // A client that resets its connection is no news.
    socket.on("error", () => socket.destroy());
    take(socket).then(
      (finish) => connections.has(socket) && connections.set(socket, finish),
      (fault: Error) => fail(fault.message),
    );
  });
  server.on("error", (fault) => fail(`can't serve TCP port ${port}: ${fault.message}`));
  return server.listen(port);
}

function fail(why: string): void {
  process.stderr.write(`portolan/echo: ${why}\n`);
  process.exit(1);
}

/** No new connections; open requests are finished; the end comes with the last one, or after 1.8 s. */
function stop(servers: readonly Server[], connections: Connections): void {
  for (const server of servers) server.close();
  setTimeout(() => process.exit(0), 1800);
  const leave = (): void => {
    if (connections.size === 0) process.exit(0);
  };
  for (const [socket, finish] of connections) {
    socket.on("close", leave);
    finish();
  }
  leave();
}
