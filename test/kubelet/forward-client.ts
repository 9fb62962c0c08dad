import type { Duplex } from "node:stream";
import type { FakeNode } from "./fake-node.ts";
import { upgrade } from "./requests.ts";
import { SpdyClient } from "./spdy-client.ts";

export const forwardPath = "/portForward/shop/web-0";
export const forwardHeaders = {
  connection: "Upgrade",
  upgrade: "SPDY/3.1",
  "x-stream-protocol-version": "portforward.k8s.io",
};

/** What has come on one stream until now. */
export interface Arrived {
  text: string;
  bytes: number;
  end: "none" | "half-closed" | "reset";
}

/** A client of port-forward that reads whatever comes. */
export class ForwardClient {
  readonly spdy: SpdyClient;
  readonly socket: Duplex;
  readonly streams = new Map<number, Arrived>();
  isClosed = false;

  private constructor(socket: Duplex) {
    this.socket = socket;
    this.spdy = new SpdyClient(socket);
    socket.on("error", () => {}).once("close", () => (this.isClosed = true));
    this.#read().then(undefined, () => {}); // cut off
  }

  static async connect(node: FakeNode): Promise<ForwardClient> {
    return new ForwardClient(await upgrade(node, forwardPath, { method: "POST", headers: forwardHeaders }));
  }

  static over(connection: Duplex): ForwardClient {
    return new ForwardClient(connection);
  }

  /** Opens the pair of one connection: its error stream has the number `id`, its data stream the next. */
  async open(id: number, port: number, order: readonly ("error" | "data")[] = ["error", "data"]): Promise<void> {
    for (const [i, streamtype] of order.entries()) {
      await this.spdy.openStream(id + 2 * i, { streamtype, port: `${port}`, requestid: `${id}` });
      if (streamtype === "error") await this.spdy.send(id + 2 * i, Buffer.alloc(0), true);
    }
  }

  on(stream: number): Arrived {
    const known = this.streams.get(stream) ?? { text: "", bytes: 0, end: "none" };
    this.streams.set(stream, known);
    return known;
  }

  async #read(): Promise<void> {
    for await (const { type, stream, payload, isLast } of this.spdy.frames()) {
      if (type === 3) this.on(payload.readUInt32BE(0)).end = "reset";
      if (type !== 0) continue;
      const arrived = this.on(stream);
      arrived.bytes += payload.length;
      if (arrived.bytes < 100_000) arrived.text += payload.toString();
      if (isLast) arrived.end = "half-closed";
    }
  }
}
