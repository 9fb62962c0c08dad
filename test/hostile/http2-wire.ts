import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import { eventually } from "../harness/eventually.ts";

/** Frame types of RFC 9113 section 6. */
export const types = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  window: 8,
  continuation: 9,
} as const;
/** Flags of HEADERS. */
export const endStream = 1;
export const endHeaders = 4;
const ack = 1;

/** One frame, whether it makes sense or not. */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** A length as RFC 7541 section 5.1 has it, in 7 bits. */
function length(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const bytes = [127];
  let left = value - 127;
  for (; left >= 128; left >>= 7) bytes.push((left & 127) | 128);
  return Buffer.from([...bytes, left]);
}

/** A field as it stands, in no table (RFC 7541 section 6.2.2); each character is one byte. */
export const field = (name: string, value: string): Buffer =>
  Buffer.concat([
    Buffer.from([0]),
    ...[name, value].flatMap((text) => [length(text.length), Buffer.from(text, "latin1")]),
  ]);

export type Fields = readonly (readonly [name: string, value: string])[];
export const block = (fields: Fields): Buffer => Buffer.concat(fields.map(([name, value]) => field(name, value)));

/** What every request has. */
export const pseudo = (path = "/", method = "GET"): Fields => [
  [":method", method],
  [":scheme", "https"],
  [":path", path],
  [":authority", "web.example"],
];

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** A client of HTTP/2 that may say anything. */
export class RawHttp2 {
  readonly socket: TLSSocket;
  readonly frames: Frame[] = [];
  isClosed = false;
  #rest: Buffer = Buffer.alloc(0);

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.on("data", (bytes: Buffer) => this.#arrived(bytes));
    for (const event of ["end", "close"]) socket.on(event, () => (this.isClosed = true));
  }

  /** With the greetings exchanged; `settings`: those of the client, as they stand in their frame. */
  static async open(port: number, settings: Uint8Array = Buffer.alloc(0)): Promise<RawHttp2> {
    const socket = connect({
      ...{ host: "127.0.0.1", port, servername: "web.example", ALPNProtocols: ["h2"] },
      rejectUnauthorized: false,
    });
    await once(socket, "secureConnect");
    if (socket.alpnProtocol !== "h2") throw new Error("HTTP/2 is not spoken here");
    socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    socket.write(frame(types.settings, 0, 0, settings));
    const client = new RawHttp2(socket);
    // They are acknowledged as they come, which must not be in the middle of a head.
    await client.until("the settings of the server", () => client.frames.some(({ type }) => type === types.settings));
    return client;
  }

  send(...frames: readonly Buffer[]): boolean {
    return this.isClosed || this.socket.write(Buffer.concat(frames));
  }

  /** A request without a body; resolves at once. */
  ask(stream: number, fields: Fields): void {
    this.send(frame(types.headers, endStream | endHeaders, stream, block(fields)));
  }

  /** Of the kind that RFC 9113 section 7 numbers; undefined: none has come. */
  get goAway(): number | undefined {
    return this.frames.find(({ type }) => type === types.goAway)?.payload.readUInt32BE(4);
  }

  resetOf(stream: number): number | undefined {
    return this.frames.find((one) => one.type === types.reset && one.stream === stream)?.payload.readUInt32BE(0);
  }

  /** Of the usual ones; 0: another; undefined: no answer. */
  statusOf(stream: number): number | undefined {
    const first = this.frames.find((one) => one.type === types.headers && one.stream === stream)?.payload[0];
    return first === undefined ? undefined : (statuses[first] ?? 0);
  }

  dataOf(stream: number): string {
    const pieces = this.frames.filter((one) => one.type === types.data && one.stream === stream);
    return Buffer.concat(pieces.map(({ payload }) => payload)).toString("latin1");
  }

  async until(what: string, isSo: () => boolean, seconds = 8): Promise<void> {
    await eventually(what, isSo, { seconds });
  }

  close(): void {
    this.socket.destroy();
  }

  #arrived(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 9) {
      const size = this.#rest.readUIntBE(0, 3);
      if (this.#rest.length < 9 + size) return;
      const [type, flags] = [this.#rest.readUInt8(3), this.#rest.readUInt8(4)];
      const one = { type, flags, stream: this.#rest.readUInt32BE(5) & 0x7fffffff };
      this.frames.push({ ...one, payload: this.#rest.subarray(9, 9 + size) });
      this.#rest = this.#rest.subarray(9 + size);
      if (type === types.settings && (flags & ack) === 0) this.send(frame(types.settings, ack, 0));
    }
  }
}

/** `:status` in the static table (RFC 7541 appendix A). */
const statuses: Readonly<Record<number, number>> = {
  136: 200,
  137: 204,
  138: 206,
  139: 304,
  140: 400,
  141: 404,
  142: 500,
};
