import { Duplex } from "node:stream";
import zlib from "node:zlib";
import { spdyDictionary } from "./spdy-dictionary.ts";
import { dataFrame, type Frame, NotSpdy, pingFrame, readFrame, readHeaders, replyFrame } from "./spdy-frames.ts";

/** One stream that the client opened; reading ends where the client half-closes it. */
export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly #session: SpdySession;

  constructor(session: SpdySession, id: number, headers: ReadonlyMap<string, string>) {
    super({ allowHalfOpen: true });
    this.#session = session;
    this.id = id;
    this.headers = headers;
  }
  override _read(): void {
    this.#session.resume();
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (fault?: Error | null) => void): void {
    this.#session.send(dataFrame(this.id, chunk, false), done);
  }
  override _final(done: (fault?: Error | null) => void): void {
    this.#session.send(dataFrame(this.id, Buffer.alloc(0), true), done);
  }
}

/**
 * The server's side of SPDY/3.1 on an upgraded connection, as much of it as exec, attach and port-forward need. Kubernetes'
 * clients keep no flow-control windows, so the connection itself holds back whoever is too fast.
 */
export class SpdySession {
  readonly #socket: Duplex;
  readonly #opened: (stream: SpdyStream) => void;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #inflate = zlib.createInflate({ dictionary: spdyDictionary, finishFlush: zlib.constants.Z_SYNC_FLUSH });
  #arrived: Buffer = Buffer.alloc(0);
  #replies = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(socket: Duplex, opened: (stream: SpdyStream) => void) {
    this.#socket = socket;
    this.#opened = opened;
    socket.on("data", (bytes: Buffer) => this.#receive(bytes));
    // A connection that breaks is closed next; its streams end with it.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#closed());
  }

  readonly resume = (): void => {
    this.#socket.resume();
  };

  readonly send = (frame: Buffer, done: (fault?: Error | null) => void = () => {}): void => {
    if (this.#socket.destroyed || this.#socket.writableEnded) done();
    else this.#socket.write(frame, (fault) => done(fault ?? null));
  };

  /** Ends the connection once everything that was sent is out. */
  readonly close = (): void => {
    this.#socket.end();
  };

  #closed(): void {
    this.#inflate.close();
    for (const stream of this.#streams.values()) stream.destroy();
    this.#streams.clear();
  }

  #receive(bytes: Buffer): void {
    this.#arrived = this.#arrived.length === 0 ? bytes : Buffer.concat([this.#arrived, bytes]);
    this.#turn = this.#turn.then(() => this.#work()).catch((fault: unknown) => this.#broken(fault));
  }

  #broken(fault: unknown): void {
    this.#socket.destroy(fault instanceof Error ? fault : new NotSpdy(String(fault)));
  }

  async #work(): Promise<void> {
    for (let next = readFrame(this.#arrived); next !== undefined; next = readFrame(this.#arrived)) {
      this.#arrived = this.#arrived.subarray(next.size);
      await this.#take(next.frame);
    }
  }

  async #take(frame: Frame): Promise<void> {
    switch (frame.type) {
      case "open":
        return this.#open(frame.stream, await this.#headersOf(frame.headers), frame.last);
      case "data":
        return this.#data(frame);
      case "reset":
        this.#streams.get(frame.stream)?.destroy();
        this.#streams.delete(frame.stream);
        return;
      case "ping":
        return this.send(pingFrame(frame.id));
      case "goAway":
      case "other":
        return;
    }
  }

  #open(id: number, headers: ReadonlyMap<string, string>, last: boolean): void {
    const stream = new SpdyStream(this, id, headers);
    stream.on("error", () => stream.destroy()); // its peer is gone; who reads it sees the end
    this.#streams.set(id, stream);
    this.send(replyFrame(id, this.#replies === 0));
    this.#replies += 1;
    this.#opened(stream);
    if (last) stream.push(null);
  }

  #data({
    stream: id,
    bytes,
    last,
  }: {
    readonly stream: number;
    readonly bytes: Buffer;
    readonly last: boolean;
  }): void {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.destroyed) return;
    if (bytes.length > 0 && !stream.push(Buffer.from(bytes))) this.#socket.pause();
    if (last) stream.push(null);
  }

  #headersOf(block: Buffer): Promise<ReadonlyMap<string, string>> {
    return new Promise((resolve, reject) => {
      this.#inflate.once("error", reject);
      this.#inflate.write(block, () => {
        this.#inflate.off("error", reject);
        const inflated: unknown = this.#inflate.read();
        resolve(readHeaders(Buffer.isBuffer(inflated) ? inflated : Buffer.alloc(0)));
      });
    });
  }
}
