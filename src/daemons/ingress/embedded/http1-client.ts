import type { Socket } from "node:net";
import { ChunkedBody, chunkSizeLine, lastChunk, lastChunkWith } from "#net/http1/chunked-body.ts";
import type { Field } from "#net/http1/fields.ts";
import { usualLimits } from "#net/http1/refusal.ts";
import { parseRequestHead, type RequestHead } from "#net/http1/request-head.ts";
import type { Timed } from "./deadlines.ts";
import { Outbox } from "./outbox.ts";
import { plainAnswer } from "./own-answers.ts";
import type { Peer } from "./peer.ts";
import type { Service } from "./service.ts";
import type { Answer, ClientRequest, ClientSide, RequestEvents, Tunnel, TunnelEnd } from "./sides.ts";
import { socketTunnel } from "./socket-tunnel.ts";

/**
 * `head`: between requests, or in the middle of a head. `body`: its body comes. `waiting`: the answer is awaited or sent, the request has
 * come. `leaving`: an answer that ends the connection has been sent, and what still comes is thrown away. `tunnel`: given away.
 */
type State = "head" | "body" | "waiting" | "leaving" | "tunnel" | "closed";

/** A head that comes in pieces is looked at from its beginning each time one of them has a line end. */
const headWindow = usualLimits.headBytes + 1;
/** An end of answer is not lost by the reset that a closed socket answers further bytes with, if they are taken for so long. */
const leavingSeconds = 2;
const nothing = Buffer.alloc(0);

/** One connection of a client that speaks HTTP/1: its requests one after the other, in order. */
export class Http1Client implements ClientSide, Timed {
  readonly peer: Peer;
  readonly protocol = "HTTP/1.1";
  deadline: number;
  readonly #socket: Socket;
  readonly #service: Service;
  readonly #out: Outbox;
  #state: State = "head";
  /** What has come and was not looked at, or is not a whole head. */
  #rest: Buffer = nothing;
  #consuming = false;
  #ended = false;
  #request: RequestHead | undefined;
  #exchange: RequestEvents | undefined;
  #bodyLeft = 0;
  #chunks: ChunkedBody | undefined;
  #requestOver = true;
  #answering: "no" | "none" | "length" | "chunked" | "untilClose" = "no";
  #keeps = true;
  #stuck = false;

  constructor(socket: Socket, peer: Peer, service: Service) {
    this.#socket = socket;
    this.peer = peer;
    this.#service = service;
    this.#out = new Outbox(socket);
    this.deadline = service.deadlines.inSeconds(service.limits.headSeconds);
    service.deadlines.add(this);
    service.clients.add(this);
    socket.on("data", (bytes: Buffer) => this.#arrived(bytes));
    socket.on("end", () => this.#halfClosed());
    socket.on("drain", () => this.#drained());
    // The error itself says nothing that the end doesn't.
    socket.on("error", () => this.#gone());
    socket.on("close", () => this.#gone());
    // Whoever has looked at its first bytes has left it paused.
    if (socket.isPaused()) socket.resume();
  }

  get isIdle(): boolean {
    return this.#state === "head" && this.#rest.length === 0;
  }

  /** No further request on this connection; now, where none is being answered. */
  retire(): void {
    this.#keeps = false;
    if (this.isIdle) this.#close();
  }

  // Timed

  overdue(): void {
    const { limits } = this.#service;
    if (this.#state === "head") {
      if (this.#rest.length === 0) this.#close();
      else this.#refuse(408, "HeadTooSlow");
    } else if (this.#state === "body" && this.#socket.isPaused() && !this.#stuck) {
      // It is the backend that takes its time; that has deadlines of its own.
    } else if (this.#state === "body" && !this.#stuck && this.#answering === "no") {
      this.#exchange?.requestBroken(408, "BodyTooSlow");
    } else {
      this.#socket.destroy();
    }
    this.deadline = this.#service.deadlines.inSeconds(limits.bodySeconds);
  }

  // what comes

  #arrived(bytes: Buffer): void {
    if (this.#state === "leaving" || this.#state === "closed" || this.#state === "tunnel") return;
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    // A head ends with a line: as long as none has ended there is nothing to look at, but for its length.
    if (
      this.#state === "head" &&
      !bytes.includes(10) &&
      !bytes.includes(13) &&
      this.#rest.length < usualLimits.targetBytes
    ) {
      if (this.#rest.length === bytes.length) this.#headBegins();
      return;
    }
    this.#consume();
  }

  #consume(): void {
    if (this.#consuming) return;
    this.#consuming = true;
    while (this.#rest.length > 0) {
      const before = this.#rest.length;
      if (this.#state === "head") this.#takeHead();
      else if (this.#state === "body") this.#takeBody();
      else break;
      if (this.#rest.length === before) break;
    }
    this.#consuming = false;
    // An empty piece would keep all of the buffer that it is cut from.
    if (this.#rest.length === 0) this.#rest = nothing;
    this.#exchange?.requestFlush();
    // Of the next request nothing more is taken in before this one is answered.
    if (this.#state === "waiting" && this.#rest.length > 0) this.#socket.pause();
  }

  #headBegins(): void {
    this.deadline = this.#service.deadlines.inSeconds(this.#service.limits.headSeconds);
  }

  #takeHead(): void {
    const first = this.#rest.toString("latin1", 0, Math.min(this.#rest.length, headWindow));
    const head = parseRequestHead(first, this.#service.limits.http1);
    if (head === undefined) {
      if (!this.#isBegun) this.#headBegins();
      this.#isBegun = true;
      return;
    }
    this.#isBegun = false;
    if (head.kind === "refused") {
      this.#refuse(head.status, head.because);
      return;
    }
    this.#rest = this.#rest.subarray(head.bytes);
    this.#begin(head);
  }
  #isBegun = false;

  #begin(head: RequestHead): void {
    this.#request = head;
    this.#keeps = this.#keeps && head.keepsAlive && !this.#service.isStopping;
    this.#chunks = head.body.kind === "chunked" ? new ChunkedBody() : undefined;
    this.#bodyLeft = head.body.kind === "length" ? head.body.bytes : 0;
    this.#requestOver = head.body.kind === "none";
    this.#state = this.#requestOver ? "waiting" : "body";
    this.deadline = this.#requestOver
      ? Number.POSITIVE_INFINITY
      : this.#service.deadlines.inSeconds(this.#service.limits.bodySeconds);
    const exchange = this.#service.begin(this, head satisfies ClientRequest);
    // It may have been answered already.
    if (this.#request === head) this.#exchange = exchange;
    if (this.#requestOver) exchange.requestEnd([]);
  }

  #takeBody(): void {
    this.deadline = this.#service.deadlines.inSeconds(this.#service.limits.bodySeconds);
    if (this.#chunks !== undefined) {
      this.#takeChunks(this.#chunks);
      return;
    }
    const piece = this.#rest.subarray(0, this.#bodyLeft);
    this.#rest = this.#rest.subarray(piece.length);
    this.#bodyLeft -= piece.length;
    this.#exchange?.requestPiece(piece);
    if (this.#bodyLeft === 0) this.#requestEnded([]);
  }

  #takeChunks(chunks: ChunkedBody): void {
    const { pieces, consumed, after } = chunks.push(this.#rest);
    this.#rest = this.#rest.subarray(consumed);
    for (const piece of pieces) this.#exchange?.requestPiece(piece);
    if (after === "end") this.#requestEnded(chunks.trailers);
    else if (after !== "more") this.#exchange?.requestBroken(after.status, after.because);
  }

  #requestEnded(trailers: readonly Field[]): void {
    this.#requestOver = true;
    if (this.#state !== "body") return;
    this.#state = "waiting";
    this.deadline = Number.POSITIVE_INFINITY;
    this.#exchange?.requestEnd(trailers);
  }

  #halfClosed(): void {
    this.#ended = true;
    this.#keeps = false;
    // Who has asked may stop sending and still wants the answer.
    if (this.#state === "waiting") return;
    if (this.#state === "head") this.#close();
    else if (this.#state !== "tunnel") this.#socket.destroy();
  }

  #drained(): void {
    if (!this.#stuck) return;
    this.#stuck = false;
    this.deadline =
      this.#state === "body"
        ? this.#service.deadlines.inSeconds(this.#service.limits.bodySeconds)
        : Number.POSITIVE_INFINITY;
    this.#exchange?.clientDrained();
  }

  #gone(): void {
    if (this.#state === "closed" || this.#state === "tunnel") return;
    this.#state = "closed";
    this.#rest = nothing;
    this.#service.deadlines.remove(this);
    this.#service.clients.delete(this);
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.clientGone();
    this.#socket.destroy();
  }

  #refuse(status: number, because: string): void {
    this.#service.refused(this, status, because);
    this.#keeps = false;
    this.#requestOver = false;
    const { answer, body } = plainAnswer(status);
    this.begin(answer);
    this.write(body);
    this.end([]);
  }

  // ClientSide

  interim(status: number, fields: readonly Field[]): void {
    if (this.#request?.minorVersion !== 1) return;
    this.#out.text(`HTTP/1.1 ${status} ${status === 100 ? "Continue" : "Early Hints"}\r\n${linesOf(fields)}\r\n`);
    this.#out.flush();
  }

  begin({ status, reason, fields, body }: Answer): void {
    const isOld = this.#request?.minorVersion === 0;
    const isHead = this.#request?.method === "HEAD";
    const unknownLength = body.kind === "chunked" || body.kind === "untilClose";
    this.#answering = isHead ? "none" : unknownLength ? (isOld ? "untilClose" : "chunked") : body.kind;
    // What comes of the request after its answer is not looked at any more.
    if (this.#answering === "untilClose" || !this.#requestOver) this.#keeps = false;
    let text = `HTTP/1.1 ${status} ${reason}\r\n${linesOf(fields)}`;
    if (body.kind === "length") text += `Content-Length: ${body.bytes}\r\n`;
    else if (this.#answering === "chunked") text += "Transfer-Encoding: chunked\r\n";
    if (!this.#keeps) text += "Connection: close\r\n";
    else if (isOld) text += "Connection: keep-alive\r\n";
    this.#out.text(`${text}\r\n`);
  }

  write(piece: Uint8Array): boolean {
    if (this.#answering === "chunked") {
      this.#out.text(chunkSizeLine(piece.length));
      this.#out.bytes(piece);
      this.#out.text("\r\n");
    } else if (this.#answering !== "none") {
      this.#out.bytes(piece);
    }
    if (this.#out.hasRoom) return true;
    this.#stuck = true;
    this.deadline = this.#service.deadlines.inSeconds(this.#service.limits.bodySeconds);
    return false;
  }

  flush(): void {
    this.#out.flush();
    // What went out at once leaves nothing to wait for.
    if (this.#stuck && this.#socket.writableLength === 0) setImmediate(() => this.#drained());
  }

  end(trailers: readonly Field[]): void {
    if (this.#state === "closed") return;
    if (this.#answering === "chunked") this.#out.text(trailers.length === 0 ? lastChunk : lastChunkWith(trailers));
    this.#out.flush();
    this.#answering = "no";
    this.#exchange = undefined;
    this.#request = undefined;
    this.#stuck = false;
    if (!this.#keeps) {
      this.#close();
      return;
    }
    this.#state = "head";
    this.deadline = this.#service.deadlines.inSeconds(this.#service.limits.idleSeconds);
    if (this.#rest.length === 0) return;
    this.#headBegins();
    if (this.#socket.isPaused()) this.#socket.resume();
    if (!this.#consuming) setImmediate(() => this.#consume());
  }

  cut(): void {
    this.#socket.destroy();
  }

  pauseBody(): void {
    if (this.#state === "body") this.#socket.pause();
  }

  resumeBody(): void {
    if (this.#state !== "body") return;
    this.deadline = this.#service.deadlines.inSeconds(this.#service.limits.bodySeconds);
    this.#socket.resume();
  }

  upgrade({ status, reason, fields }: Answer, end: TunnelEnd): Tunnel | undefined {
    this.#out.text(`HTTP/1.1 ${status} ${reason}\r\n${linesOf(fields)}\r\n`);
    this.#out.flush();
    this.#state = "tunnel";
    this.#exchange = undefined;
    this.#service.deadlines.remove(this);
    const rest = this.#rest;
    this.#rest = nothing;
    this.#socket.once("close", () => this.#service.clients.delete(this));
    const tunnel = socketTunnel(this.#socket, end, this.#ended);
    if (rest.length > 0) end.bytes(rest);
    return tunnel;
  }

  /** After all that is to be sent; what the client still sends is taken for a while, so that it hears the end of the answer. */
  #close(): void {
    if (this.#state === "closed") return;
    this.#rest = nothing;
    this.#exchange = undefined;
    if (this.#ended || (this.#state === "head" && this.#requestOver)) {
      this.#socket.destroySoon();
      return;
    }
    this.#state = "leaving";
    this.deadline = this.#service.deadlines.inSeconds(leavingSeconds);
    this.#socket.end();
    if (this.#socket.isPaused()) this.#socket.resume();
  }
}

function linesOf(fields: readonly Field[]): string {
  let text = "";
  for (const { shown, value } of fields) text += `${shown}: ${value}\r\n`;
  return text;
}
