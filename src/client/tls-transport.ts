/** The API over TLS: one HTTP/2 connection, made anew whenever it is gone. */
import { readFile } from "node:fs/promises";
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import { PassThrough, pipeline } from "node:stream";
import type { Access } from "./kubeconfig.ts";
import { type ApiAnswer, type ApiRequest, type Transport, Unreachable } from "./transport.ts";

/** As client-go: a connection that was silent for 30 s is pinged, and given up when the answer takes longer than 15 s. */
const silenceMs = 30_000;
const pongMs = 15_000;
const connectMs = 10_000;

/** What is under way on an old connection gets so long; watches never end by themselves, and go on from where they were cut. */
const farewellMs = 5_000;

export interface TlsTransport extends Transport {
  /** Shows another client certificate from the next request on. */
  readonly renew: (certificate: NonNullable<Access["certificate"]>) => void;
}

export function tlsTransport(first: Access, timing = { silenceMs, pongMs, connectMs }): TlsTransport {
  let access = first;
  let session: ClientHttp2Session | undefined;
  let closed = false;
  const token = tokenOf(access);
  const current = (): ClientHttp2Session => {
    if (session === undefined || session.closed || session.destroyed) session = open(access, timing);
    return session;
  };
  return {
    async send(request) {
      if (closed) throw new Unreachable(access.server, { cause: new Error("this transport was closed") });
      const bearer = await token();
      const headers = { "user-agent": "portolan", ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }) };
      return exchange(current(), { ...request, headers: { ...headers, ...request.headers } }, access.server);
    },
    renew(certificate) {
      access = { ...access, certificate };
      const old = session;
      session = undefined;
      old?.close();
      setTimeout(() => old?.destroy(), farewellMs).unref();
    },
    close() {
      closed = true;
      session?.destroy();
    },
  };
}

/** A token in a file is read again after a minute: it is renewed there long before it ends. Source: client-go's token source. */
const tokenMs = 60_000;

function tokenOf({ token, tokenFile, server }: Access): () => Promise<string | undefined> {
  if (token !== undefined || tokenFile === undefined) return async () => token;
  let known: { readonly text: string; readonly readMs: number } | undefined;
  return async () => {
    if (known !== undefined && performance.now() - known.readMs < tokenMs) return known.text;
    try {
      known = { text: (await readFile(tokenFile, "utf8")).trim(), readMs: performance.now() };
    } catch (cause) {
      throw new Unreachable(server, { cause });
    }
    return known.text;
  };
}

function open(access: Access, timing: { silenceMs: number; pongMs: number; connectMs: number }): ClientHttp2Session {
  const session = connect(access.server, {
    ...(access.ca !== undefined && { ca: access.ca }),
    ...access.certificate,
    ...(access.serverName !== undefined && { servername: access.serverName }),
    rejectUnauthorized: !access.insecure,
    // many watches of large collections share the connection: the usual 64 KiB would make each wait for the others
    settings: { enablePush: false, initialWindowSize: 1 << 20 },
  });
  session.on("connect", () => session.setLocalWindowSize(16 << 20));
  session.on("error", () => {}); // every stream of it fails, and says so to whoever waits for it
  const slow = setTimeout(() => session.destroy(new Error("connecting took too long")), timing.connectMs);
  session.once("connect", () => clearTimeout(slow));
  session.once("close", () => clearTimeout(slow));
  keepAlive(session, timing);
  return session;
}

/** Without it, a peer that vanished without a word would leave watches waiting for ever. */
function keepAlive(session: ClientHttp2Session, timing: { silenceMs: number; pongMs: number }): void {
  session.setTimeout(timing.silenceMs);
  session.on("timeout", () => {
    if (session.destroyed || session.connecting) return;
    const late = setTimeout(() => session.destroy(new Error("a ping was not answered")), timing.pongMs);
    session.ping((fault) => {
      clearTimeout(late);
      if (fault !== null) session.destroy(fault);
      else if (!session.destroyed) session.setTimeout(timing.silenceMs);
    });
  });
}

function exchange(session: ClientHttp2Session, request: ApiRequest, where: string): Promise<ApiAnswer> {
  const stream = session.request(
    {
      ...request.headers,
      [constants.HTTP2_HEADER_METHOD]: request.method,
      [constants.HTTP2_HEADER_PATH]: request.path,
    },
    // Node ends a DELETE by itself otherwise, before its body.
    { endStream: request.body === undefined, ...(request.signal !== undefined && { signal: request.signal }) },
  );
  if (request.body !== undefined) stream.end(request.body);
  return new Promise((resolve, reject) => {
    stream.once("error", (cause) => reject(new Unreachable(where, { cause })));
    stream.once("close", () => reject(new Unreachable(where, { cause: new Error("the connection was cut") })));
    stream.once("response", (headers) => {
      resolve({
        status: Number(headers[":status"]),
        headers: textHeaders(headers),
        text: () => bodyText(stream, where),
        lines: () => bodyLines(stream, flowing(stream), where),
      });
    });
  });
}

const textHeaders = (headers: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (name.startsWith(":") ? [] : [[name, String(value)]])),
  );

async function bodyText(stream: ClientHttp2Stream, where: string): Promise<string> {
  stream.setEncoding("utf8");
  let text = "";
  try {
    for await (const chunk of stream) text += chunk;
  } catch (cause) {
    throw new Unreachable(where, { cause });
  }
  if (stream.rstCode !== constants.NGHTTP2_NO_ERROR)
    throw new Unreachable(where, { cause: new Error("answer cut off") });
  return text;
}

/** A stream that has closed before anybody began to read it would be taken for one that was cut, so it is taken over at once. */
function flowing(stream: ClientHttp2Stream): PassThrough {
  const body = new PassThrough();
  pipeline(stream, body, () => {}); // a fault ends the body with it
  return body;
}

/** A server that is killed may have said half a line: that is no line. */
async function* bodyLines(stream: ClientHttp2Stream, body: PassThrough, where: string): AsyncIterable<string> {
  const characters = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of body) {
      const lines = `${rest}${characters.decode(chunk, { stream: true })}`.split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (cause) {
    throw new Unreachable(where, { cause });
  } finally {
    stream.close(constants.NGHTTP2_CANCEL);
  }
  if (rest !== "") throw new Unreachable(where, { cause: new Error("the answer was cut off in the middle of a line") });
}
