import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { Duplex } from "node:stream";
import { badRequest, StatusError } from "#machinery/status.ts";
import { type ClientConnection, heldBody, type ServerRequest } from "../exchange.ts";
import { bodyTooLarge } from "../requests/body.ts";

/** A request to become something else than HTTP, the same. */
export const incomingUpgrade = (request: IncomingMessage, socket: Duplex): ServerRequest => ({
  method: request.method ?? "GET",
  url: request.url ?? "/",
  headers: headersOf(request),
  lines: () => linesOf(request),
  ...heldBody(),
  connection: () => ({
    peer: request.socket.remoteAddress,
    isEncrypted: isEncrypted(request),
    isBodiless: true,
    whenOver: (then) => socket.once("close", then),
  }),
});

type Incoming = Http2ServerRequest | IncomingMessage;
type Outgoing = Http2ServerResponse | ServerResponse;

/** A request that came over a connection, as the server knows requests. */
export const incoming = (request: Incoming, response: Outgoing): ServerRequest => ({
  method: request.method ?? "GET",
  url: request.url ?? "/",
  headers: headersOf(request),
  lines: () => linesOf(request),
  body: (maximumBytes) => bodyOf(request, maximumBytes),
  bodyPieces: () => request,
  connection: () => connectionOf(request, response),
});

// Only when somebody asks: over HTTP/2 the socket of a request is made for it.
function connectionOf(request: Incoming, response: Outgoing): ClientConnection {
  const { "content-length": length = "0", "transfer-encoding": coding } = request.headers;
  return {
    peer: request.socket.remoteAddress,
    isEncrypted: isEncrypted(request),
    isBodiless: "stream" in request ? request.stream.endAfterHeaders : length === "0" && coding === undefined,
    whenOver: (then) => response.once("close", then),
  };
}

const isEncrypted = ({ socket }: Incoming): boolean => "encrypted" in socket && socket.encrypted === true;

function headersOf(request: Incoming): ServerRequest["headers"] {
  const headers: Record<string, string | undefined> = {
    host: "authority" in request ? request.authority : undefined,
  };
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  return headers;
}

function linesOf({ rawHeaders }: Incoming): readonly (readonly [string, string])[] {
  const lines: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    lines.push([(rawHeaders[i] ?? "").toLowerCase(), rawHeaders[i + 1] ?? ""]);
  return lines;
}

async function bodyOf(request: Incoming, maximumBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      if (!(chunk instanceof Uint8Array)) continue;
      size += chunk.length;
      if (size > maximumBytes) throw bodyTooLarge();
      chunks.push(chunk);
    }
  } catch (fault) {
    if (fault instanceof StatusError || !request.aborted) throw fault;
    throw badRequest("the body was cut off"); // its client has gone, which is no failure of the server
  }
  return Buffer.concat(chunks);
}
