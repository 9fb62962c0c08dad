import { Duplex } from "node:stream";
import { lingerSeconds, pingsInVain } from "./command-streams.ts";
import { HeaderBlocks } from "./header-blocks.ts";
import {
  dataFrame,
  type Frame,
  NotSpdy,
  pingFrame,
  type Reset,
  readFrame,
  replyFrame,
  resetFrame,
} from "./spdy-frames.ts";

/** One stream that the client opened; reading ends where the client half-closes it. */
export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly #send: (frame: Buffer, sent: () => void) => void;
  #wanted = (): void => {};

  constructor(id: number, headers: ReadonlyMap<string, string>, send: (frame: Buffer, sent: () => void) => void) {
    super();
    this.id = id;
    this.headers = headers;
    this.#send = send;
    this.on("close", () => this.#wanted());
    this.on("error", () => {}); // it was cut off; whoever reads or writes it is told by its stream functions
  }

  /** Resolves when the reader wants more, or is gone. */
  async receive(bytes: Buffer, isLast: boolean): Promise<void> {
    if (this.destroyed || this.readableEnded) return;
    const isFull = bytes.length > 0 && !this.push(bytes);
    if (isLast) this.push(null);
    else if (isFull) await new Promise<void>((resolve) => (this.#wanted = resolve));
  }

  /** Cuts it off, and tells the client. */
  reset(why: Reset): void {
    if (this.destroyed) return;
    this.#send(resetFrame(this.id, why), () => {});
    this.destroy();
  }

  override _read(): void {
    this.#wanted();
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#send(dataFrame(this.id, chunk, false), done);
  }
  override _final(done: () => void): void {
    this.#send(dataFrame(this.id, Buffer.alloc(0), true), done);
  }
}

/**
 * The server's side of SPDY/3.1 on an upgraded connection, as much of it as exec, attach and port-forward need. Kubernetes'
 * clients keep no flow-control windows: who is too fast is held back by the connection, which is read no faster than its streams. So a program
 * that doesn't read holds up all streams of its session, as it does with a kubelet: moby/spdystream, which is at both ends there, sends no
 * WINDOW_UPDATE and skips those that come.
 */
export class SpdySession {
  readonly #socket: Duplex;
  readonly #opened: (stream: SpdyStream) => void;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #headers = new HeaderBlocks();
  #replies = 0;
  #pings = 0;
  /** Since the client was heard last. */
  #unanswered = 0;
  #lastOpened = 0;
  #carried = 0;
  #isHeldUp = false;

  /** `opened` throws `NotSpdy` for a stream that nobody asked for; that ends the connection. */
  constructor(socket: Duplex, opened: (stream: SpdyStream) => void) {
    this.#socket = socket;
    this.#opened = opened;
    socket.on("error", () => {}); // `close` follows
    socket.on("close", () => this.#closed());
    this.#listen().catch((fault: unknown) => {
      // A broken connection, and a peer that speaks something else: there is nobody to tell, and nothing to go on with.
      socket.destroy(fault instanceof Error ? fault : undefined);
    });
  }

  /** Ends the connection once everything that was sent is out, and the client has seen it. */
  close(): void {
    this.#endStreams();
    if (this.#socket.destroyed) return;
    this.#socket.end();
    const late = setTimeout(() => this.#socket.destroy(), lingerSeconds * 1000);
    this.#socket.once("close", () => clearTimeout(late));
  }

  /** Grows with all that streams carry; pings don't count. */
  get carried(): number {
    return this.#carried;
  }

  /**
   * To be called again and again: a client that says nothing to many pings has gone, and the connection ends. One whose answer can't
   * be seen, since a stream's reader is slow, or that is slow itself, has not: Kubernetes' clients answer no ping while a program
   * doesn't read what they hand it.
   */
  ping(): void {
    const { writableNeedDrain: isSlow } = this.#socket;
    this.#unanswered = this.#isHeldUp || isSlow ? 0 : this.#unanswered + 1;
    if (this.#unanswered > pingsInVain) this.#socket.destroy();
    if (isSlow) return;
    this.#pings += 1;
    this.#send(pingFrame(2 * this.#pings));
  }

  #closed(): void {
    this.#headers.close();
    this.#endStreams();
  }

  #endStreams(): void {
    for (const stream of this.#streams.values()) stream.destroy();
    this.#streams.clear();
  }

  readonly #send = (frame: Buffer, sent: () => void = () => {}): void => {
    if (this.#socket.destroyed || this.#socket.writableEnded) sent();
    else this.#socket.write(frame, () => sent());
  };

  async #listen(): Promise<void> {
    let arrived: Buffer = Buffer.alloc(0);
    for await (const bytes of this.#socket) {
      this.#unanswered = 0;
      arrived = arrived.length === 0 ? bytes : Buffer.concat([arrived, bytes]);
      for (let next = readFrame(arrived); next !== undefined; next = readFrame(arrived)) {
        arrived = arrived.subarray(next.size);
        await this.#take(next.frame);
      }
    }
  }

  async #take(frame: Frame): Promise<void> {
    switch (frame.type) {
      case "open":
        return this.#open(frame.stream, await this.#headers.read(frame.headers), frame.last);
      case "data":
        return this.#hand(frame.stream, frame.bytes, frame.last);
      case "reset":
        this.#streams.get(frame.stream)?.destroy();
        return;
      case "ping":
        if (frame.id % 2 === 1) this.#send(pingFrame(frame.id)); // even ones answer ours
        return;
      case "goAway":
      case "other":
        return;
    }
  }

  /** What comes for a stream that has ended is nobody's. */
  async #hand(id: number, bytes: Buffer, isLast: boolean): Promise<void> {
    this.#carried += 1;
    this.#isHeldUp = true;
    await this.#streams.get(id)?.receive(bytes, isLast);
    this.#isHeldUp = false;
  }

  async #open(id: number, headers: ReadonlyMap<string, string>, isHalfClosed: boolean): Promise<void> {
    if (this.#socket.writableEnded) return;
    if (id <= this.#lastOpened) throw new NotSpdy(`stream ${id} is opened after stream ${this.#lastOpened}`);
    this.#lastOpened = id;
    const send = (frame: Buffer, sent: () => void): void => {
      this.#carried += 1;
      this.#send(frame, sent);
    };
    const stream = new SpdyStream(id, headers, send);
    this.#streams.set(id, stream);
    stream.once("close", () => this.#streams.delete(id));
    this.#send(replyFrame(id, this.#replies === 0));
    this.#replies += 1;
    this.#opened(stream);
    if (isHalfClosed) await this.#hand(id, Buffer.alloc(0), true);
  }
}
