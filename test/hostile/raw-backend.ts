import { speaking } from "../ingress/endpoints.ts";

/** An endpoint that answers `/raw/NAME` as no server would. */
export interface RawBackend extends AsyncDisposable {
  readonly port: number;
  /** All that it was sent since `forget`; each character is one byte. */
  readonly heard: () => string;
  readonly forget: () => void;
  /** Open ones. */
  readonly connections: () => number;
  /** Bytes of `endless` that went out since `forget`. */
  readonly sent: () => number;
}

/** By the name in the path. */
export const rawAnswers: Readonly<Record<string, string>> = {
  good: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
  lengths: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
  both: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
  signed: "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
  cr: "HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: evil=1\r\nContent-Length: 0\r\n\r\n",
  nul: "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n",
  lf: "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
  nameless: "HTTP/1.1 200 OK\r\n: evil\r\nContent-Length: 0\r\n\r\n",
  spaced: "HTTP/1.1 200 OK\r\nX : evil\r\nContent-Length: 0\r\n\r\n",
  xchunked: "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
  huge: `HTTP/1.1 200 OK\r\nX: ${"a".repeat(1 << 20)}\r\nContent-Length: 0\r\n\r\n`,
  switch: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
  nonsense: "hello, I am no HTTP server\r\n\r\n",
  chunk: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\nevil\r\n0\r\n\r\n",
  second: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
};

const piece = Buffer.alloc(64 * 1024, "a");
const endless: Readonly<Record<string, string>> = {
  "endless-head": "HTTP/1.1 200 OK\r\nX: ",
  "endless-body": `HTTP/1.1 200 OK\r\nContent-Length: ${2 ** 40}\r\n\r\n`,
};

export async function rawBackend(): Promise<RawBackend> {
  let [heard, sent, connections] = ["", 0, 0];
  const server = await speaking((socket) => {
    connections += 1;
    socket.on("close", () => {
      connections -= 1;
    });
    const flood = (): void => {
      while (!socket.destroyed) {
        sent += piece.length;
        if (!socket.write(piece)) return;
      }
    };
    socket.on("data", (bytes: Buffer) => {
      const text = bytes.toString("latin1");
      heard += text;
      for (const [, name = ""] of text.matchAll(/^[A-Z]+ \/raw\/([\w-]+)/gm)) {
        socket.write(endless[name] ?? rawAnswers[name] ?? "");
        if (endless[name] === undefined) continue;
        socket.on("drain", flood);
        flood();
      }
    });
  });
  return {
    port: server.port,
    heard: () => heard,
    connections: () => connections,
    sent: () => sent,
    forget() {
      [heard, sent] = ["", 0];
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}
