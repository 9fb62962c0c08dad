import { randomBytes, type X509Certificate } from "node:crypto";
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { connect as connectTls, TLSSocket } from "node:tls";
import type { Header } from "#core/routes/route-filters.ts";
import { isJsonObject } from "#machinery/json.ts";
import type { Ask } from "./scenario.ts";

/** What came over the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: string;
  readonly certificate: X509Certificate | undefined;
}

/** Sends a request to 127.0.0.1, from the address that it says, over a connection of its own. Rejects where none comes about. */
export function send(ask: Ask, port: number): Promise<Reply> {
  return ask.version === 2 ? sendHttp2(ask, port) : sendHttp1(ask, port);
}

function sendHttp1(ask: Ask, port: number): Promise<Reply> {
  const { method, target, body, from } = ask;
  const options: RequestOptions = {
    host: "127.0.0.1",
    port,
    method,
    path: target,
    headers: headersOf(ask),
    localAddress: from,
  };
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const answered = (response: IncomingMessage): void => {
    const certificate = certificateOf(response.socket);
    text(response).then((said) => resolve({ ...headOf(response), body: said, certificate }), reject);
  };
  const request =
    ask.scheme === "https"
      ? httpsRequest({ ...options, ...tlsOptions(ask), agent: false }, answered)
      : httpRequest({ ...options, agent: false }, answered);
  request.on("upgrade", (response, socket) => {
    socket.destroy();
    resolve({ ...headOf(response), body: "", certificate: undefined });
  });
  request.on("error", reject);
  if (body.length <= LONG_BODY) request.end(body);
  else request.on("continue", () => request.end(body)).flushHeaders();
  return promise;
}

/** As curl does: who is refused while it still sends may lose the answer to the reset of the connection (RFC 9110 section 10.1.1). */
const LONG_BODY = 65_536;

const tlsOptions = ({ serverName, host }: Ask) => ({
  servername: serverName ?? host.replace(/:\d*$/, ""),
  rejectUnauthorized: false,
});

function headersOf(ask: Ask): Record<string, string> {
  const { host, headers, body, upgrade } = ask;
  const sized: Readonly<Record<string, string>> = body === "" ? {} : { "content-length": `${Buffer.byteLength(body)}` };
  const asked: Readonly<Record<string, string>> = body.length > LONG_BODY ? { expect: "100-continue" } : {};
  const upgraded: Readonly<Record<string, string>> =
    upgrade === undefined
      ? {}
      : {
          connection: "Upgrade",
          upgrade,
          "sec-websocket-version": "13",
          "sec-websocket-key": randomBytes(16).toString("base64"),
        };
  return { host, ...Object.fromEntries(headers), ...sized, ...asked, ...upgraded };
}

function headOf({ statusCode = 0, rawHeaders }: IncomingMessage): Pick<Reply, "status" | "headers"> {
  const headers: Header[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    headers.push({ name: (rawHeaders[at] ?? "").toLowerCase(), value: rawHeaders[at + 1] ?? "" });
  }
  return { status: statusCode, headers };
}

const certificateOf = (socket: unknown): X509Certificate | undefined =>
  socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;

async function sendHttp2(ask: Ask, port: number): Promise<Reply> {
  const plain = connect({ host: "127.0.0.1", port, localAddress: ask.from });
  const socket = connectTls({ socket: plain, ALPNProtocols: ["h2"], ...tlsOptions(ask) });
  const session = connectHttp2(`https://${ask.host}`, { createConnection: () => socket });
  const failed = new Promise<never>((_, reject) => session.on("error", reject));
  const { host: _, ...headers } = headersOf(ask);
  const stream = session.request({ ...headers, ":method": ask.method, ":path": ask.target, ":authority": ask.host });
  if (ask.body !== "") stream.end(ask.body);
  const responded = new Promise<Reply>((resolve, reject) => {
    stream.on("error", reject).on("response", (head) => {
      const own = Object.entries(head).flatMap(([name, value]) =>
        [value].flat().map((one) => ({ name, value: `${one}` })),
      );
      const certificate = certificateOf(socket);
      text(stream).then(
        (body) => resolve({ status: Number(head[":status"]), headers: own, body, certificate }),
        reject,
      );
    });
  });
  try {
    return await Promise.race([responded, failed]);
  } finally {
    session.destroy();
  }
}

/** JSON with fields; undefined for anything else. */
export function jsonOf(body: string): Readonly<Record<string, unknown>> | undefined {
  if (!body.startsWith("{")) return undefined;
  const json: unknown = JSON.parse(body);
  return isJsonObject(json) ? json : undefined;
}
