import { Readable } from "node:stream";
import { type ApiAnswer, type ApiRequest, type Transport, Unreachable } from "#client/transport.ts";
import type { Identity } from "#core/access/identity.ts";
import type { ApiServer } from "../api-server.ts";
import type { Answer, Headers, Outlet, StreamAnswer } from "../exchange.ts";
import { bodyTooLarge } from "../requests/body.ts";

/** Hands requests to a server in this process, as that identity: the same requests and answers as over TLS, without a socket. */
export function inProcessTransport(server: ApiServer, identity: Identity): Transport {
  const closing = new AbortController();
  return {
    async send(request) {
      if (closing.signal.aborted)
        throw new Unreachable("this process", { cause: new Error("this transport was closed") });
      const signal = request.signal === undefined ? closing.signal : AbortSignal.any([request.signal, closing.signal]);
      signal.throwIfAborted();
      return told(await server.handle(asked(request), identity), signal);
    },
    close: () => closing.abort(),
  };
}

const asked = ({ method, path, headers, body }: ApiRequest) => ({
  method,
  url: path,
  headers,
  body: async (maximumBytes: number) => {
    const bytes = Buffer.from(body ?? "");
    if (bytes.length > maximumBytes) throw bodyTooLarge();
    return bytes;
  },
  bodyPieces: () => Readable.from(body === undefined ? [] : [Buffer.from(body)]),
});

function told(answer: Answer, signal: AbortSignal): ApiAnswer {
  const head = { status: answer.status, headers: singleLines(answer.headers) };
  switch (answer.kind) {
    case "whole": {
      const text = () => (typeof answer.body === "string" ? answer.body : utf8.decode(answer.body));
      return { ...head, text: async () => text(), lines: () => linesOf([text()]) };
    }
    case "pieces": {
      const chunks = () => decoded(answer.pieces());
      return {
        ...head,
        text: async () => (await Array.fromAsync(chunks())).join(""),
        lines: () => linesOf(chunks()),
      };
    }
    case "stream":
      return {
        ...head,
        text: async () => (await Array.fromAsync(chunksOf(answer, signal))).join(""),
        lines: () => linesOf(chunksOf(answer, signal)),
      };
  }
}

const utf8 = new TextDecoder();

async function* decoded(pieces: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const characters = new TextDecoder(); // its own: a character may end in the next piece
  for await (const piece of pieces) yield characters.decode(piece, { stream: true });
}

const singleLines = (headers: Headers): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : value.join(", ")]),
  );

async function* linesOf(chunks: Iterable<string> | AsyncIterable<string>): AsyncIterable<string> {
  let rest = "";
  for await (const chunk of chunks) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter((line) => line !== "");
  }
  if (rest !== "") yield rest;
}

/** What a stream writes, as it is asked for; leaving the loop ends the stream. */
async function* chunksOf(answer: StreamAnswer, signal: AbortSignal): AsyncIterable<string> {
  const queue = new Queue();
  const characters = new TextDecoder(); // its own: a character may end in the next chunk
  const leave = () => queue.close();
  signal.addEventListener("abort", leave, { once: true });
  try {
    answer.run(queue.outlet);
    for (;;) {
      const chunk = await queue.next();
      if (chunk === undefined) break;
      yield characters.decode(chunk, { stream: true });
    }
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener("abort", leave);
    queue.close();
  }
}

/** Chunks between one that writes and one that reads. */
class Queue {
  #chunks: Uint8Array[] = [];
  #waitingBytes = 0;
  #hasEnded = false;
  readonly #closed = new AbortController();
  #wake: () => void = () => {};
  #drained: (() => void)[] = [];

  readonly outlet: Outlet = {
    write: (chunk) => {
      if (this.#hasEnded) return 0;
      this.#chunks.push(chunk);
      this.#waitingBytes += chunk.length;
      this.#wake();
      return this.#waitingBytes;
    },
    drained: () =>
      this.#waitingBytes === 0 || this.#hasEnded
        ? Promise.resolve()
        : new Promise((resolve) => this.#drained.push(resolve)),
    waiting: () => this.#waitingBytes,
    end: () => this.#end(),
    cut: () => this.close(),
    closed: this.#closed.signal,
  };

  /** undefined: the stream has ended, and all of it was read. */
  async next(): Promise<Uint8Array | undefined> {
    if (this.#chunks.length === 0 && !this.#hasEnded)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const chunk = this.#chunks.shift();
    this.#waitingBytes -= chunk?.length ?? 0;
    if (this.#waitingBytes === 0) this.#letGo();
    return chunk;
  }

  /** The reader wants no more. */
  close(): void {
    this.#chunks = [];
    this.#waitingBytes = 0;
    this.#end();
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#closed.abort();
    this.#wake();
    this.#letGo();
  }

  #letGo(): void {
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}
