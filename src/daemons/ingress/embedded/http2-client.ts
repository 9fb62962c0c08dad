import { constants, performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { Field } from "#net/http1/fields.ts";
import type { Timed } from "./deadlines.ts";
import { headerObject, requestFrom, trailersFrom } from "./http2-fields.ts";
import { plainAnswer } from "./own-answers.ts";
import type { Peer } from "./peer.ts";
import type { ClientConnection, Service } from "./service.ts";
import type { Answer, ClientRequest, ClientSide, RequestEvents } from "./sides.ts";

const settings = { maxConcurrentStreams: 128, maxHeaderListSize: 64 * 1024 };
/** Who resets more streams at once, or in a second, has its connection ended (CVE-2023-44487). */
const resets = { streamResetBurst: 200, streamResetRate: 50 };
const mostSessionMegabytes = 4;

/** Serves a client that speaks HTTP/2, on a connection whose TLS is done. */
export function serveHttp2(socket: Socket, peer: Peer, service: Service): void {
  const session = performServerHandshake(socket, { settings, maxSessionMemory: mostSessionMegabytes, ...resets });
  const connection = new Http2Connection(session, service);
  session.on("stream", (stream, _, flags, raw) => {
    const client = new Http2Client(stream, { peer, service, ended: () => connection.streamEnded() });
    connection.streamBegan();
    const request = requestFrom(raw, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0);
    if (typeof request === "string") client.refuse(request);
    else client.serve(request);
  });
}

/** A client's connection with all its streams. */
class Http2Connection implements ClientConnection, Timed {
  deadline: number;
  readonly #session: ServerHttp2Session;
  readonly #service: Service;
  #streams = 0;

  constructor(session: ServerHttp2Session, service: Service) {
    this.#session = session;
    this.#service = service;
    this.deadline = service.deadlines.inSeconds(service.limits.idleSeconds);
    service.deadlines.add(this);
    service.clients.add(this);
    // The error itself says nothing that the end doesn't.
    session.on("error", () => session.destroy());
    session.on("close", () => {
      service.deadlines.remove(this);
      service.clients.delete(this);
    });
    if (service.isStopping) this.retire();
  }

  streamBegan(): void {
    this.#streams += 1;
    this.deadline = Number.POSITIVE_INFINITY;
  }

  streamEnded(): void {
    this.#streams -= 1;
    if (this.#streams === 0) this.deadline = this.#service.deadlines.inSeconds(this.#service.limits.idleSeconds);
  }

  overdue(): void {
    this.deadline = Number.POSITIVE_INFINITY;
    this.retire();
  }

  retire(): void {
    if (!this.#session.closed) this.#session.close();
  }
}

interface StreamContext {
  readonly peer: Peer;
  readonly service: Service;
  readonly ended: () => void;
}

/** One request of such a client. */
class Http2Client implements ClientSide, Timed {
  readonly peer: Peer;
  readonly protocol = "HTTP/2.0";
  deadline: number;
  readonly #stream: ServerHttp2Stream;
  readonly #service: Service;
  #exchange: RequestEvents | undefined;
  #trailers: readonly Field[] = [];
  #answerTrailers: readonly Field[] = [];
  #isHead = false;
  #hasNoBody = false;
  #requestOver = false;
  #isOver = false;

  constructor(stream: ServerHttp2Stream, { peer, service, ended }: StreamContext) {
    this.peer = peer;
    this.#stream = stream;
    this.#service = service;
    this.deadline = service.deadlines.inSeconds(service.limits.bodySeconds);
    service.deadlines.add(this);
    stream.on("error", () => this.#gone());
    stream.on("close", () => {
      this.#gone();
      ended();
    });
  }

  serve(request: ClientRequest): void {
    const stream = this.#stream;
    this.#isHead = request.method === "HEAD";
    this.#requestOver = request.body.kind === "none";
    stream.on("trailers", (_, __, raw) => {
      this.#trailers = trailersFrom(raw);
    });
    stream.on("drain", () => this.#drained());
    const exchange = this.#service.begin(this, request);
    this.#exchange = exchange;
    if (this.#requestOver) {
      exchange.requestEnd([]);
      this.deadline = Number.POSITIVE_INFINITY;
      stream.resume();
      return;
    }
    stream.on("data", (piece: Buffer) => {
      this.deadline = this.#service.deadlines.inSeconds(this.#service.limits.bodySeconds);
      exchange.requestPiece(piece);
      exchange.requestFlush();
    });
    stream.on("end", () => {
      // A reset ends what can be read as well, and what has come is not all of it.
      if (stream.closed) {
        this.#gone();
        return;
      }
      this.#requestOver = true;
      this.deadline = Number.POSITIVE_INFINITY;
      exchange.requestEnd(this.#trailers);
    });
  }

  refuse(because: string): void {
    this.#service.refused(this, 400, because);
    const { answer, body } = plainAnswer(400);
    this.begin(answer);
    this.write(body);
    this.end([]);
  }

  overdue(): void {
    if (!this.#requestOver && !this.#stream.headersSent) this.#exchange?.requestBroken(408, "BodyTooSlow");
    else this.cut();
  }

  // ClientSide

  interim(status: number, fields: readonly Field[]): void {
    if (this.#stream.headersSent || this.#isOver) return;
    this.#stream.additionalHeaders({ ":status": status, ...headerObject(fields) });
  }

  begin({ status, fields, body }: Answer): void {
    if (this.#isOver) return;
    const isKnown = body.kind === "length" && !fields.some(({ name }) => name === "content-length");
    const length = isKnown ? { "content-length": `${body.bytes}` } : {};
    this.#hasNoBody = this.#isHead || body.kind === "none" || (body.kind === "length" && body.bytes === 0);
    const headers = { ":status": status, ...headerObject(fields), ...length };
    try {
      this.#stream.respond(headers, { endStream: this.#hasNoBody, waitForTrailers: !this.#hasNoBody });
    } catch {
      // What HTTP/2 can't say of this answer must not end everybody's service.
      this.cut();
      return;
    }
    if (!this.#hasNoBody)
      this.#stream.once("wantTrailers", () => this.#stream.sendTrailers(headerObject(this.#answerTrailers)));
  }

  write(piece: Uint8Array): boolean {
    if (this.#isOver || this.#hasNoBody) return true;
    const hasRoom = this.#stream.write(piece);
    if (!hasRoom) this.deadline = this.#service.deadlines.inSeconds(this.#service.limits.bodySeconds);
    return hasRoom;
  }

  flush(): void {
    // Each piece has been sent as it came.
  }

  end(trailers: readonly Field[]): void {
    this.#answerTrailers = trailers;
    this.#exchange = undefined;
    if (this.#isOver) return;
    if (!this.#hasNoBody) this.#stream.end();
    // What comes of the request after its answer is not waited for (RFC 9113 section 8.1).
    if (!this.#requestOver) this.#stream.close(constants.NGHTTP2_NO_ERROR);
    else this.deadline = this.#service.deadlines.inSeconds(this.#service.limits.bodySeconds);
  }

  cut(): void {
    if (!this.#stream.destroyed) this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  pauseBody(): void {
    if (this.#requestOver) return;
    this.#stream.pause();
    this.deadline = Number.POSITIVE_INFINITY;
  }

  resumeBody(): void {
    if (this.#requestOver) return;
    this.deadline = this.#service.deadlines.inSeconds(this.#service.limits.bodySeconds);
    this.#stream.resume();
  }

  upgrade(): undefined {
    return undefined;
  }

  #drained(): void {
    this.deadline = Number.POSITIVE_INFINITY;
    this.#exchange?.clientDrained();
  }

  #gone(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#service.deadlines.remove(this);
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.clientGone();
  }
}
