import type { IncomingMessage } from "node:http";
import { constants, type Http2ServerRequest, type ServerHttp2Stream } from "node:http2";
import { pipeline, Readable, type Writable } from "node:stream";
import { createGzip, gzip } from "node:zlib";
import type { Answer, Headers, Outlet, PiecesAnswer, StreamAnswer, WholeAnswer } from "../exchange.ts";

type Incoming = Http2ServerRequest | IncomingMessage;

/** An answer on its way, of either version: what their types have in common. */
interface Outgoing extends Writable {
  writeHead(status: number, headers: Record<string, string | number | string[]>): unknown;
  setTimeout(milliseconds: number, then: () => void): unknown;
  readonly stream?: ServerHttp2Stream;
}

/** Sends an answer over HTTP, of either version; to nobody where the client has gone. */
export async function send(answer: Answer, request: Incoming, response: Outgoing): Promise<void> {
  switch (answer.kind) {
    case "whole":
      return sendWhole(await packed(answer, request.headers["accept-encoding"]), request, response);
    case "pieces":
      return sendPieces(answer, request, response);
    case "stream":
      return sendStream(answer, response);
  }
}

function sendWhole({ status, headers, body }: WholeAnswer, request: Incoming, response: Outgoing): void {
  if (hasGone(response)) return;
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  response.writeHead(status, { ...mutable(headers), "content-length": bytes.length });
  if (request.method === "HEAD") response.end();
  else response.end(bytes);
  // A body that nobody has read would keep an HTTP/1.1 connection from its next request.
  if (!request.readableEnded) request.resume();
}

const mutable = (headers: Answer["headers"]): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
  );

// An HTTP/1.1 response keeps its head until there is a body; the types of HTTP/2 don't know the method that both have.
function flush(response: Outgoing): void {
  if ("flushHeaders" in response && typeof response.flushHeaders === "function") response.flushHeaders();
}

/** Below this, packing costs more than it saves. Source: kube-apiserver packs from 128 KiB on. */
const packFromBytes = 128 << 10;

async function packed(answer: WholeAnswer, accepted: string | string[] | undefined): Promise<WholeAnswer> {
  const { body, headers } = answer;
  if (body.length < packFromBytes || !takesGzip(accepted)) return answer;
  return { ...answer, headers: packedHeaders(headers), body: await pack(body) };
}

const takesGzip = (accepted: string | string[] | undefined): boolean => /\bgzip\b/.test(String(accepted ?? ""));

const packedHeaders = (headers: Headers): Headers => ({
  ...headers,
  "content-encoding": "gzip",
  vary: [headers.vary ?? [], "Accept-Encoding"].flat().join(", "),
});

// Documents that are kept are packed once.
const alreadyPacked = new WeakMap<Uint8Array, Promise<Uint8Array>>();

/** In another thread. */
function pack(body: Uint8Array | string): Promise<Uint8Array> {
  const known = typeof body === "string" ? undefined : alreadyPacked.get(body);
  if (known !== undefined) return known;
  const packed = new Promise<Uint8Array>((resolve, reject) => {
    gzip(body, { level: 1 }, (fault, result) => (fault === null ? resolve(result) : reject(fault)));
  });
  if (typeof body !== "string") alreadyPacked.set(body, packed);
  return packed;
}

const hasGone = (response: Outgoing): boolean =>
  response.destroyed || ("stream" in response && response.stream?.destroyed === true);

/** How long a reader may take none of what waits for it, in milliseconds. */
const patienceMs = 60_000;

/** No faster than the client reads: what it has not taken yet has not been made. */
async function sendPieces(
  { status, headers, pieces }: PiecesAnswer,
  request: Incoming,
  response: Outgoing,
): Promise<void> {
  if (hasGone(response)) return;
  const isPacked = takesGzip(request.headers["accept-encoding"]);
  response.writeHead(status, mutable(isPacked ? packedHeaders(headers) : headers));
  if (!request.readableEnded) request.resume();
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  response.setTimeout(patienceMs, () => cut(response));
  const way = [
    Readable.from(pieces(), { objectMode: false }),
    ...(isPacked ? [createGzip({ level: 1 })] : []),
    response,
  ];
  return new Promise((resolve, reject) => {
    // Who has gone, or was cut off, has broken the way, which is no failure.
    pipeline(way, (fault) => (fault && !hasGone(response) ? reject(fault) : resolve()));
  });
}

/** Ends an answer in the middle, so that the client knows: what waits for it is not sent. Over HTTP/2 the connection goes on. */
function cut(response: Outgoing): void {
  const stream = "stream" in response ? response.stream : undefined;
  stream?.close(constants.NGHTTP2_CANCEL);
  (stream ?? response).destroy();
}

function sendStream({ status, headers, run }: StreamAnswer, response: Outgoing): void {
  const closed = new AbortController();
  response.once("close", () => closed.abort());
  if (hasGone(response)) closed.abort();
  else {
    response.writeHead(status, mutable(headers));
    flush(response);
  }
  run(outletOf(response, closed.signal));
}

const outletOf = (response: Outgoing, closed: AbortSignal): Outlet => ({
  write: (chunk) => {
    if (closed.aborted || response.writableEnded) return 0;
    response.write(chunk);
    return response.writableLength;
  },
  drained: () =>
    new Promise((resolve) => {
      if (response.writableLength === 0 || closed.aborted) return resolve();
      const done = () => {
        response.off("drain", done);
        response.off("close", done);
        resolve();
      };
      response.on("drain", done);
      response.on("close", done);
    }),
  waiting: () => response.writableLength,
  end: () => response.end(),
  cut: () => cut(response),
  closed,
});
