import type { Socket } from "node:net";
import type { BackendTimeouts } from "#core/routes/route-table.ts";
import { ChunkedBody, chunkSizeLine, lastChunk, lastChunkWith } from "#net/http1/chunked-body.ts";
import type { Field } from "#net/http1/fields.ts";
import { usualLimits } from "#net/http1/refusal.ts";
import { parseResponseHead, type ResponseHead, responseFraming } from "#net/http1/response-head.ts";
import type { Deadlines, Timed } from "./deadlines.ts";
import { endToEnd } from "./hop-fields.ts";
import { Outbox } from "./outbox.ts";
import type { AnswerEvents, BackendFailure, BackendRequest, BackendSide, Tunnel, TunnelEnd } from "./sides.ts";
import { socketTunnel } from "./socket-tunnel.ts";

/** What becomes of the connection. `idle`: another request may have it. `closed`: it is gone, or was given away. */
export interface Keeper {
  readonly idle: (backend: Http1Backend) => void;
  readonly closed: (backend: Http1Backend) => void;
}

const nothing = Buffer.alloc(0);
const mostInterims = 8;

/** One connection to an endpoint that speaks HTTP/1: a request at a time. */
export class Http1Backend implements BackendSide, Timed {
  deadline = Number.POSITIVE_INFINITY;
  /** Since when it waits for a request; on the clock of `Deadlines`. */
  idleSince = 0;
  /** How many requests it has been given. */
  uses = 0;
  readonly #socket: Socket;
  readonly #keeper: Keeper;
  readonly #deadlines: Deadlines;
  readonly #timeouts: BackendTimeouts;
  readonly #out: Outbox;
  #events: AnswerEvents | undefined;
  #request: BackendRequest | undefined;
  #requestOver = true;
  #head: ResponseHead | undefined;
  #interims = 0;
  #framing: "none" | "length" | "chunked" | "untilClose" = "none";
  #left = 0;
  #chunks: ChunkedBody | undefined;
  #rest: Buffer = nothing;
  #isClosed = false;
  #stuck = false;

  constructor(socket: Socket, { keeper, deadlines, timeouts }: BackendContext) {
    this.#socket = socket;
    this.#keeper = keeper;
    this.#deadlines = deadlines;
    this.#timeouts = timeouts;
    this.#out = new Outbox(socket);
    deadlines.add(this);
    socket.on("data", (bytes: Buffer) => this.#arrived(bytes));
    socket.on("end", () => this.#ended());
    socket.on("drain", () => this.#drained());
    socket.on("error", (error) => this.#fail({ kind: "closed", because: error.message }));
    socket.on("close", () => this.#fail({ kind: "closed", because: "the connection was closed" }));
  }

  /** From now on `events` hears of answers; called before `send`. */
  attend(events: AnswerEvents): void {
    this.#events = events;
    this.uses += 1;
  }

  destroy(): void {
    this.#close();
  }

  // Timed

  overdue(): void {
    if (this.#request === undefined) this.#close();
    else this.#fail({ kind: "silent", because: "nothing came in time" });
  }

  // BackendSide

  send(request: BackendRequest): void {
    this.#request = request;
    this.#requestOver = false;
    this.#head = undefined;
    this.#interims = 0;
    this.#out.text(requestText(request));
    this.deadline = this.#deadlines.inSeconds(this.#timeouts.send);
  }

  write(piece: Uint8Array): boolean {
    if (this.#isClosed) return true;
    if (this.#request?.body.kind === "chunked") {
      this.#out.text(chunkSizeLine(piece.length));
      this.#out.bytes(piece);
      this.#out.text("\r\n");
    } else {
      this.#out.bytes(piece);
    }
    this.deadline = this.#deadlines.inSeconds(this.#timeouts.send);
    this.#stuck = !this.#out.hasRoom;
    return !this.#stuck;
  }

  flush(): void {
    if (this.#isClosed) return;
    this.#out.flush();
    if (this.#stuck && this.#socket.writableLength === 0) setImmediate(() => this.#drained());
  }

  end(trailers: readonly Field[]): void {
    if (this.#request?.body.kind === "chunked")
      this.#out.text(trailers.length === 0 ? lastChunk : lastChunkWith(trailers));
    this.flush();
    this.#requestOver = true;
    this.deadline = this.#deadlines.inSeconds(this.#timeouts.read);
  }

  pause(): void {
    this.#socket.pause();
    this.deadline = Number.POSITIVE_INFINITY;
  }

  resume(): void {
    this.#socket.resume();
    if (this.#request !== undefined) this.deadline = this.#deadlines.inSeconds(this.#timeouts.read);
  }

  abandon(): void {
    this.#events = undefined;
    this.#close();
  }

  upgrade(end: TunnelEnd): Tunnel | undefined {
    const rest = this.#rest;
    this.#isClosed = true;
    this.#events = undefined;
    this.#deadlines.remove(this);
    const tunnel = socketTunnel(this.#socket, end, false);
    this.#socket.once("close", () => this.#keeper.closed(this));
    if (rest.length > 0) end.bytes(rest);
    return tunnel;
  }

  // what comes

  #arrived(bytes: Buffer): void {
    if (this.#isClosed) return;
    // Nobody has asked: an answer before its question would become somebody else's.
    if (this.#request === undefined) {
      this.#close();
      return;
    }
    this.deadline = this.#deadlines.inSeconds(this.#timeouts.read);
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const events = this.#events;
    while (this.#rest.length > 0 && this.#request !== undefined && !this.#isClosed) {
      if (this.#head === undefined) {
        if (!this.#takeHead(this.#request)) break;
      } else this.#takeBody();
    }
    // An empty piece would keep all of the buffer that it is cut from.
    if (this.#rest.length === 0) this.#rest = nothing;
    events?.answerFlush();
  }

  /** false: not all of it has come, or it wasn't one. */
  #takeHead(request: BackendRequest): boolean {
    const text = this.#rest.toString("latin1", 0, Math.min(this.#rest.length, usualLimits.headBytes + 1));
    const head = parseResponseHead(text, usualLimits);
    if (head === undefined) return false;
    if (head.kind === "refused") {
      this.#fail({ kind: "malformed", because: head.because });
      return false;
    }
    this.#rest = this.#rest.subarray(head.bytes);
    if (head.status < 200 && head.status !== 101) return this.#interim(head);
    this.#head = head;
    const framing = responseFraming(head, request.method);
    this.#framing = framing.kind;
    this.#left = framing.kind === "length" ? framing.bytes : 0;
    this.#chunks = framing.kind === "chunked" ? new ChunkedBody() : undefined;
    const fields = endToEnd(head.fields, head.connection);
    const body =
      request.method === "HEAD" && head.contentLength !== undefined ? fields : withoutLength(fields, head.status);
    this.#events?.answered({ status: head.status, reason: head.reason, fields: body, body: framing }, head.upgrade);
    const isWhole = framing.kind === "none" || (framing.kind === "length" && framing.bytes === 0);
    if (isWhole && head.status !== 101) this.#answerEnded([]);
    return !this.#isClosed;
  }

  #interim({ status, fields, connection }: ResponseHead): boolean {
    this.#interims += 1;
    if (this.#interims > mostInterims) {
      this.#fail({ kind: "malformed", because: "TooManyInterims" });
      return false;
    }
    if (status === 100 || status === 103) this.#events?.interim(status, endToEnd(fields, connection));
    return true;
  }

  #takeBody(): void {
    if (this.#chunks !== undefined) {
      this.#takeChunks(this.#chunks);
      return;
    }
    const piece = this.#framing === "untilClose" ? this.#rest : this.#rest.subarray(0, this.#left);
    this.#rest = this.#rest.subarray(piece.length);
    this.#left -= piece.length;
    this.#events?.answerPiece(piece);
    if (this.#framing === "length" && this.#left === 0) this.#answerEnded([]);
  }

  #takeChunks(chunks: ChunkedBody): void {
    const { pieces, consumed, after } = chunks.push(this.#rest);
    this.#rest = this.#rest.subarray(consumed);
    for (const piece of pieces) this.#events?.answerPiece(piece);
    if (after === "end") this.#answerEnded(chunks.trailers);
    else if (after !== "more") this.#fail({ kind: "malformed", because: after.because });
  }

  #answerEnded(trailers: readonly Field[]): void {
    const [events, head] = [this.#events, this.#head];
    const mayStay = this.#requestOver && head?.keepsAlive === true && this.#framing !== "untilClose";
    this.#events = undefined;
    this.#request = undefined;
    this.#head = undefined;
    this.deadline = Number.POSITIVE_INFINITY;
    if (mayStay && this.#rest.length === 0) {
      this.idleSince = this.#deadlines.now;
      if (this.#socket.isPaused()) this.#socket.resume();
      this.#keeper.idle(this);
    } else this.#close();
    events?.answerEnd(trailers);
  }

  #ended(): void {
    if (this.#head !== undefined && this.#framing === "untilClose") this.#answerEnded([]);
    else this.#fail({ kind: "closed", because: "the connection was closed" });
  }

  #drained(): void {
    if (!this.#stuck || this.#isClosed) return;
    this.#stuck = false;
    this.#events?.backendDrained();
  }

  #fail(failure: BackendFailure): void {
    if (this.#isClosed) return;
    const events = this.#events;
    this.#events = undefined;
    this.#close();
    events?.backendFailed(failure);
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#rest = nothing;
    this.#deadlines.remove(this);
    this.#socket.destroy();
    this.#keeper.closed(this);
  }
}

/** What a connection to an endpoint is made with. */
export interface BackendContext {
  readonly keeper: Keeper;
  readonly deadlines: Deadlines;
  readonly timeouts: BackendTimeouts;
}

/** The length is said anew, by how the body ends; of an answer without one it is what the body would have. */
const withoutLength = (fields: readonly Field[], status: number): readonly Field[] =>
  status === 304 ? fields : fields.filter(({ name }) => name !== "content-length");

function requestText({ method, target, host, fields, body, upgrade, expectsContinue }: BackendRequest): string {
  let text = `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n`;
  for (const { shown, value } of fields) text += `${shown}: ${value}\r\n`;
  if (body.kind === "length") text += `Content-Length: ${body.bytes}\r\n`;
  else if (body.kind === "chunked") text += "Transfer-Encoding: chunked\r\n";
  else if (method === "POST" || method === "PUT" || method === "PATCH") text += "Content-Length: 0\r\n";
  if (expectsContinue) text += "Expect: 100-continue\r\n";
  if (upgrade !== undefined) text += `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`;
  return `${text}\r\n`;
}
