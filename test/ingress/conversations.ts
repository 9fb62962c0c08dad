import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { eventually } from "../harness/eventually.ts";

/** A connection of a client that says something and looks at what comes back. */
export class Conversation {
  readonly #socket: Socket;
  heard = "";
  closed = false;

  constructor(port: number, said: string) {
    this.#socket = connect({ port, host: "127.0.0.1" });
    this.#socket.setEncoding("latin1");
    this.#socket.on("data", (text: string) => {
      this.heard += text;
    });
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => {
      this.closed = true;
    });
    this.#socket.write(said);
  }

  say(text: string): void {
    this.#socket.write(text);
  }

  hears(text: string): Promise<unknown> {
    return eventually(`${JSON.stringify(text)}`, () => this.heard.includes(text), { seconds: 15 });
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

export const webSocketTo = (port: number, host: string): Conversation =>
  new Conversation(
    port,
    `GET /ws HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );

/** All that comes back to one request. */
export async function get(port: number, host: string, path = "/", ...fields: readonly string[]): Promise<string> {
  const head = [`GET ${path} HTTP/1.1`, `Host: ${host}`, "Connection: close", ...fields, "\r\n"];
  using asking = new Conversation(port, head.join("\r\n"));
  await eventually("an answer", () => asking.closed, { seconds: 15 });
  return asking.heard;
}

/** The serial number of the certificate that is shown to who asks for this name. */
export function serialShown(port: number, servername: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ port, host: "127.0.0.1", servername, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on("error", reject);
  });
}
