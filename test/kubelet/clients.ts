import WebSocket, { createWebSocketStream } from "ws";
import type { FakeNode } from "./fake-node.ts";
import { execPath, upgrade } from "./requests.ts";
import { SpdyClient } from "./spdy-client.ts";

/** What a client of an exec sees until the connection closes. */
export interface Seen {
  readonly stdout: string;
  readonly stderr: string;
  /** The Status on the error stream; undefined where none came. */
  readonly ending: unknown;
}

type Output = "stdout" | "stderr" | "error";
type Names = Readonly<Record<number, Output>>;

/** An exec in progress, whatever protocol carries it. */
export interface Exec {
  /** Resolves when the connection takes more. */
  readonly send: (bytes: Buffer) => Promise<void>;
  readonly endInput: () => void;
  /** Says how large its terminal is. */
  readonly resize: (size: string) => Promise<void>;
  /** Every piece of output in the order of its arrival, until the connection closes. */
  readonly pieces: () => AsyncIterable<{ readonly name: Output; readonly bytes: Buffer }>;
  /** Goes away without a word. */
  readonly vanish: () => void;
}

export interface Wish {
  /** The container's own program where absent. */
  readonly command?: readonly string[];
  readonly withInput?: boolean;
  readonly atTerminal?: boolean;
}

export type Protocol = (node: FakeNode, wish: Wish) => Promise<Exec>;

export const spdyHeaders = {
  connection: "Upgrade",
  upgrade: "SPDY/3.1",
  "x-stream-protocol-version": "v4.channel.k8s.io, v3.channel.k8s.io, v2.channel.k8s.io, channel.k8s.io",
};

/** A terminal has no second output, but not every client knows. */
const pathOf = ({ command, withInput = false, atTerminal = false }: Wish): string => {
  const connected = `${withInput ? "input=1&" : ""}${atTerminal ? "tty=1&" : ""}output=1&error=1`;
  return command === undefined ? `/attach/shop/web-0/web?${connected}` : execPath(command, connected);
};

export const overSpdy: Protocol = async (node, wish) => {
  const client = new SpdyClient(await upgrade(node, pathOf(wish), { method: "POST", headers: spdyHeaders }));
  const { withInput = false, atTerminal = false } = wish;
  const more = [...(withInput || atTerminal ? ["stdin"] : []), ...(atTerminal ? ["resize"] : [])];
  await client.openStreams(["error", "stdout", "stderr", ...more]);
  const names: Names = { 1: "error", 3: "stdout", 5: "stderr" };
  return {
    send: (bytes) => client.send(7, bytes),
    endInput: () => void client.send(7, Buffer.alloc(0), true),
    resize: (size) => client.send(9, Buffer.from(size)),
    vanish: () => client.socket.destroy(),
    async *pieces() {
      for await (const { type, stream, payload } of client.frames()) {
        const name = names[stream];
        if (type === 0 && name !== undefined) yield { name, bytes: payload };
      }
    },
  };
};

export const overWebSocket: Protocol = async (node, wish) => {
  const socket = new WebSocket(
    `wss://127.0.0.1:${node.port}${pathOf(wish)}`,
    ["v5.channel.k8s.io", "v4.channel.k8s.io"],
    { ca: node.ca, cert: node.apiServer.certificate, key: node.apiServer.key },
  );
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  const arriving = createWebSocketStream(socket, { readableObjectMode: true });
  const names: Names = { 1: "stdout", 2: "stderr", 3: "error" };
  const send = (bytes: Buffer): Promise<void> => new Promise((resolve) => socket.send(bytes, () => resolve()));
  return {
    send: (bytes) => send(Buffer.concat([Buffer.from([0]), bytes])),
    endInput: () => void send(Buffer.from([255, 0])),
    resize: (size) => send(Buffer.concat([Buffer.from([4]), Buffer.from(size)])),
    vanish: () => socket.terminate(),
    async *pieces() {
      for await (const message of arriving) {
        const bytes = Buffer.from(message);
        const name = names[bytes[0] ?? 0];
        if (name !== undefined) yield { name, bytes: bytes.subarray(1) };
      }
    },
  };
};

/** Runs it to its end, with all of `input` where there is some. */
export async function seen(exec: Exec, input?: string): Promise<Seen> {
  if (input !== undefined) {
    await exec.send(Buffer.from(input));
    exec.endInput();
  }
  const texts = { stdout: "", stderr: "", error: "" };
  for await (const { name, bytes } of exec.pieces()) texts[name] += bytes.toString("utf8");
  const { stdout, stderr, error } = texts;
  return { stdout, stderr, ending: error === "" ? undefined : JSON.parse(error) };
}
