import type { Duplex } from "node:stream";
import zlib from "node:zlib";
import { spdyDictionary } from "#daemons/node/streams/spdy-dictionary.ts";

/** A frame as the client sees it: what matters of the head, and the payload. */
export interface SeenFrame {
  /** 0 for data, else the control frame's type. */
  readonly type: number;
  readonly stream: number;
  readonly isLast: boolean;
  readonly payload: Buffer;
}

const frame = (head: number, flags: number, payload: Buffer): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(head, 0);
  bytes.writeUIntBE(payload.length, 5, 3);
  bytes.writeUInt8(flags, 4);
  return Buffer.concat([bytes, payload]);
};
export const controlFrame = (type: number, payload: Buffer, flags = 0): Buffer =>
  frame(0x8003_0000 + type, flags, payload);
export const dataFrame = (stream: number, payload: Buffer, isLast = false): Buffer =>
  frame(stream, isLast ? 1 : 0, payload);

/** The client's side of SPDY/3.1, as far as an exec needs it; frames go out as they come, without windows. */
export class SpdyClient {
  readonly socket: Duplex;
  readonly #deflate = new Collecting(
    zlib.createDeflate({ dictionary: spdyDictionary, flush: zlib.constants.Z_SYNC_FLUSH }),
  );
  readonly #inflate = new Collecting(zlib.createInflate({ dictionary: spdyDictionary }));
  #arrived: Buffer = Buffer.alloc(0);

  constructor(socket: Duplex) {
    this.socket = socket;
  }

  /** Opens one stream for each name; ids 1, 3, 5, … */
  async openStreams(names: readonly string[]): Promise<void> {
    for (const [i, name] of names.entries()) await this.openStream(2 * i + 1, { streamtype: name });
  }

  async openStream(id: number, headers: Readonly<Record<string, string>>): Promise<void> {
    const head = Buffer.alloc(10);
    head.writeUInt32BE(id, 0);
    this.socket.write(controlFrame(1, Buffer.concat([head, await this.#deflate.pass(headerBlock(headers))])));
  }

  /** Resolves when the connection takes more. */
  send(stream: number, payload: Buffer, isLast = false): Promise<void> {
    return new Promise((resolve) => this.socket.write(dataFrame(stream, payload, isLast), () => resolve()));
  }

  /** Every frame until the server closes; header blocks are checked to be one zlib stream that says "no headers". */
  async *frames(): AsyncGenerator<SeenFrame, void, undefined> {
    for await (const bytes of this.socket) {
      this.#arrived = Buffer.concat([this.#arrived, bytes]);
      for (let next = this.#next(); next !== undefined; next = this.#next()) {
        if (next.type === 2) await this.#checkNoHeaders(next.payload.subarray(4));
        yield next;
      }
    }
  }

  #next(): SeenFrame | undefined {
    if (this.#arrived.length < 8) return undefined;
    const size = 8 + this.#arrived.readUIntBE(5, 3);
    if (this.#arrived.length < size) return undefined;
    const [head, flags] = [this.#arrived.readUInt32BE(0), this.#arrived.readUInt8(4)];
    const payload = this.#arrived.subarray(8, size);
    this.#arrived = this.#arrived.subarray(size);
    const isControl = head >= 0x8000_0000;
    return { type: isControl ? head & 0xffff : 0, stream: isControl ? 0 : head, isLast: (flags & 1) === 1, payload };
  }

  async #checkNoHeaders(block: Buffer): Promise<void> {
    const headers = await this.#inflate.pass(block);
    if (!headers.equals(Buffer.alloc(4))) throw new Error(`a reply with headers: ${headers.toString("hex")}`);
  }
}

/** A zlib stream that is used piece by piece. */
class Collecting {
  readonly #stream: zlib.Deflate | zlib.Inflate;
  #pieces: Buffer[] = [];

  constructor(stream: zlib.Deflate | zlib.Inflate) {
    this.#stream = stream;
    stream.on("data", (piece: Buffer) => this.#pieces.push(piece));
  }

  pass(bytes: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#stream.once("error", reject);
      this.#stream.write(bytes, () => {
        this.#stream.off("error", reject);
        resolve(Buffer.concat(this.#pieces));
        this.#pieces = [];
      });
    });
  }
}

export function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const text = (value: string): Buffer => Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(value)]);
  const entries = Object.entries(headers);
  return Buffer.concat([number(entries.length), ...entries.flatMap(([name, value]) => [text(name), text(value)])]);
}
