import type { ClientRequest, IncomingMessage } from "node:http";
import { request } from "node:https";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import type { KeyPair } from "#os/pki.ts";
import type { FakeNode } from "./fake-node.ts";

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The API server's where absent. */
  readonly identity?: KeyPair | "none";
}

export function open(node: FakeNode, path: string, asking: Asking = {}): ClientRequest {
  const { identity = node.apiServer, method = "GET", headers = {} } = asking;
  const shown = identity === "none" ? {} : { cert: identity.certificate, key: identity.key };
  return request({ host: "127.0.0.1", port: node.port, path, method, headers, ca: node.ca, agent: false, ...shown });
}

/** Sends a request without a body, and reads the whole answer. */
export function ask(node: FakeNode, path: string, asking: Asking = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = open(node, path, asking);
    sent.on("error", reject);
    sent.on("response", (answer: IncomingMessage) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, text: body }), reject);
    });
    sent.on("upgrade", () => reject(new Error(`${path} was upgraded`)));
    sent.end();
  });
}

/** Upgrades a connection; rejects with the answer where that is refused. */
export function upgrade(node: FakeNode, path: string, asking: Asking = {}): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const sent = open(node, path, asking);
    sent.on("error", reject);
    sent.on("response", (answer: IncomingMessage) => {
      text(answer).then((body) => reject(new Error(`${answer.statusCode} ${body}`)), reject);
    });
    sent.on("upgrade", (_, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    sent.end();
  });
}

/** The path of an exec; what is to be connected as the API server names it. */
export function execPath(command: readonly string[], connect = "output=1&error=1"): string {
  const words = command.map((word) => `command=${encodeURIComponent(word)}`).join("&");
  return `/exec/shop/web-0/web?${words}&${connect}`;
}
