import { Duplex } from "node:stream";
import { lingerSeconds } from "./command-streams.ts";
import { HeaderBlocks } from "./header-blocks.ts";
import { dataFrame, type Frame, NotSpdy, pingFrame, readFrame, replyFrame } from "./spdy-frames.ts";

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
 * clients keep no flow-control windows: who is too fast is held back by the connection, which is read no faster than its streams.
 */
export class SpdySession {
  readonly #socket: Duplex;
  readonly #opened: (stream: SpdyStream) => void;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #headers = new HeaderBlocks();
  #replies = 0;
  #pings = 0;

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

  ping(): void {
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
        return this.#streams.get(frame.stream)?.receive(frame.bytes, frame.last);
      case "reset":
        this.#streams.get(frame.stream)?.destroy();
        this.#streams.delete(frame.stream);
        return;
      case "ping":
        if (frame.id % 2 === 1) this.#send(pingFrame(frame.id)); // even ones answer ours
        return;
      case "goAway":
      case "other":
        return;
    }
  }

  async #open(id: number, headers: ReadonlyMap<string, string>, isHalfClosed: boolean): Promise<void> {
    if (this.#socket.writableEnded) return;
    if (this.#streams.has(id)) throw new NotSpdy(`stream ${id} is opened twice`);
    const stream = new SpdyStream(id, headers, this.#send);
    this.#streams.set(id, stream);
    this.#send(replyFrame(id, this.#replies === 0));
    this.#replies += 1;
    this.#opened(stream);
    if (isHalfClosed) await stream.receive(Buffer.alloc(0), true);
  }
}
