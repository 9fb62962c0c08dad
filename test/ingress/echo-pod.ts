import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createH2cServer } from "node:http2";
import { createServer as createTlsServer } from "node:https";
import type { Server, Socket } from "node:net";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import type { KeyPair } from "#os/pki.ts";
import { type EchoAnswer, echoAnswer } from "./echo-answer.ts";
import type { Seen } from "./judge.ts";
import type { ScenarioPod } from "./scenario-world.ts";

/** A pod's program on one port of loopback: it answers with what it has seen, as `Seen` in JSON. */
export interface EchoPod extends AsyncDisposable {
  readonly port: number;
}

/** Listens at 127.0.0.1; `port` is what it calls its own. */
export async function startEchoPod(pod: ScenarioPod, port: number, pair: KeyPair): Promise<EchoPod> {
  const sockets = new Set<Socket>();
  const server = serverFor({ pod, port }, pair);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  server.on("upgrade", acceptWebSocket);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

interface Place {
  readonly pod: ScenarioPod;
  readonly port: number;
}

function serverFor(place: Place, { certificate, key }: KeyPair): Server {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    void answerTo(place, request).then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
  };
  switch (place.pod.protocol) {
    case "http":
      return createServer(answer);
    case "https":
      return createTlsServer({ cert: certificate, key }, answer);
    case "h2c":
      return createH2cServer((request, response) => {
        void answerTo(place, request).then(({ status, headers, body }) =>
          response.writeHead(status, headers).end(body),
        );
      });
  }
}

interface Heard extends Readable {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

async function answerTo({ pod, port }: Place, request: Heard) {
  const { method = "", url = "" } = request;
  const own = Object.entries(request.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, `${value}`]],
  );
  const headers: Readonly<Record<string, string>> = Object.fromEntries(own);
  const { namespace, service, name } = pod;
  const host = headers.host ?? headers[":authority"] ?? "";
  const body = await text(request);
  const seen: Seen = { namespace, service, pod: name, port, method, target: url, headers: { ...headers, host }, body };
  const echo = echoAnswer(url, (one) => headers[one]);
  await pause(echo.afterMs);
  return replyOf(echo, JSON.stringify(seen));
}

/** The answer to HEAD has no body, so a header says it too. */
const replyOf = ({ status, headers }: EchoAnswer, body: string) => ({
  status,
  body,
  headers: {
    "content-type": "application/json",
    ...(body.length < 4000 ? { "x-seen": Buffer.from(body).toString("base64") } : {}),
    ...Object.fromEntries(headers.map(({ name, value }) => [name, value])),
  },
});

/** Source: RFC 6455 section 4.2.2. */
function acceptWebSocket(request: IncomingMessage, socket: Socket): void {
  const key = request.headers["sec-websocket-key"] ?? "";
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
}
