import { request as httpsRequest } from "node:https";
import { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import type { Listening } from "./listening.ts";

const binary = 2;
const closing = 8;

/**
 * What a client says and hears through a WebSocket: `ws` has no client that asks for a sub-protocol with a slash in its name. It
 * answers no ping.
 */
export class Tunnel extends Duplex {
  readonly protocol: string;
  /** With which code the server has closed it. */
  closedWith: number | undefined;
  readonly #socket: Duplex;
  #arrived: Buffer;

  private constructor(socket: Duplex, head: Buffer, protocol: string) {
    super();
    this.protocol = protocol;
    this.#socket = socket;
    this.#arrived = head;
    socket.on("data", (bytes: Buffer) => {
      this.#arrived = Buffer.concat([this.#arrived, bytes]);
      this.#take();
    });
    socket.on("error", () => {}).on("close", () => this.destroy());
    this.on("error", () => {});
    this.#take();
  }

  /** Rejects with what the server answers instead. */
  static open({ port, client, authority }: Listening, path: string): Promise<Tunnel> {
    const asked = httpsRequest({
      ...{ host: "127.0.0.1", port, path, agent: false },
      ...{ ca: authority.certificate, cert: client.certificate, key: client.key },
      headers: {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "sec-websocket-version": "13",
        "sec-websocket-protocol": "SPDY/3.1+portforward.k8s.io",
      },
    });
    asked.end();
    return new Promise((resolve, reject) => {
      asked.once("error", reject);
      asked.once("response", (answer) => {
        text(answer).then((body) => reject(new Error(`${answer.statusCode} ${JSON.parse(body).message}`)), reject);
      });
      asked.once("upgrade", (answer, socket, head) =>
        resolve(new Tunnel(socket, head, `${answer.headers["sec-websocket-protocol"]}`)),
      );
    });
  }

  /** One message; the mask is of zeros, which changes nothing (RFC 6455 section 5.3). */
  message(opcode: number, payload: Buffer): Promise<void> {
    const head = Buffer.alloc(14);
    head.writeUInt8(0x80 | opcode, 0);
    head.writeUInt8(0x80 | 127, 1);
    head.writeBigUInt64BE(BigInt(payload.length), 2);
    return new Promise((resolve) => this.#socket.write(Buffer.concat([head, payload]), () => resolve()));
  }

  override _read(): void {}
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.message(binary, chunk).then(done);
  }
  override _destroy(fault: Error | null, done: (fault: Error | null) => void): void {
    this.#socket.destroy();
    done(fault);
  }

  #take(): void {
    for (;;) {
      const bytes = this.#arrived;
      if (bytes.length < 2) return;
      const short = bytes.readUInt8(1);
      const start = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (bytes.length < start) return;
      const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
      if (bytes.length < start + size) return;
      const [opcode, payload] = [bytes.readUInt8(0) & 15, bytes.subarray(start, start + size)];
      this.#arrived = bytes.subarray(start + size);
      if (opcode === binary) this.push(payload);
      if (opcode === closing) this.closedWith = payload.length < 2 ? 1005 : payload.readUInt16BE(0);
    }
  }
}
