import { connect } from "node:net";

/** Where an engine listens. */
export interface WireAddress {
  readonly host?: string;
  readonly port: number;
}

/** What an engine has made of bytes. */
export interface Verdict {
  /** Of the answers, in order. */
  readonly statuses: readonly number[];
  /** The connection was ended by the engine before the deadline. */
  readonly closed: boolean;
  /** All that came; each character is one byte. */
  readonly text: string;
}

/** Bytes that a client sends, and what must come of them; its row in the list of bad inputs that every engine is held to. */
export interface WireRow {
  readonly row: number;
  readonly name: string;
  /** Each character is one byte. */
  readonly sends: string;
  /** The first status; `closed`: the connection ends without an answer. One of them. The connection must end in any case. */
  readonly answers: readonly (number | "closed")[];
  /** What the endpoint behind must not have seen, in the text of its answer, which repeats what it got; and what it must. */
  readonly unseen?: RegExp;
  readonly seen?: RegExp;
}

const deadlineMs = 5000;

/** Sends bytes to an engine and gathers what it answers, until it ends the connection. */
export async function say({ host = "127.0.0.1", port }: WireAddress, bytes: string | Uint8Array): Promise<Verdict> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port });
  let text = "";
  const timer = setTimeout(() => resolve(false), deadlineMs);
  socket.on("data", (piece: Buffer) => {
    text += piece.toString("latin1");
  });
  socket.on("error", () => resolve(true));
  socket.on("end", () => resolve(true));
  socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  const closed = await promise;
  clearTimeout(timer);
  socket.destroy();
  return {
    closed,
    text,
    statuses: [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status)),
  };
}

/** What is wrong with how an engine at `address` takes a row; undefined where nothing is. */
export async function judge(address: WireAddress, row: WireRow): Promise<string | undefined> {
  const verdict = await say(address, row.sends);
  const first = verdict.statuses.find((status) => status >= 200) ?? "closed";
  const shown = `${first}${verdict.closed ? "" : ", and the connection stays"}`;
  if (!row.answers.includes(first) || !verdict.closed) return `${shown}: ${verdict.text.slice(0, 300)}`;
  if (row.unseen?.test(verdict.text) === true) return `the endpoint has seen ${row.unseen}: ${verdict.text}`;
  return row.seen?.test(verdict.text) === false ? `the endpoint has not seen ${row.seen}: ${verdict.text}` : undefined;
}

const lines = (...all: readonly string[]): string => `${all.join("\r\n")}\r\n\r\n`;
const get = (target: string, ...fields: readonly string[]): string =>
  lines(`GET ${target} HTTP/1.1`, "Host: web.example", ...fields, "Connection: close");
const post = (body: string, ...fields: readonly string[]): string =>
  `${lines("POST / HTTP/1.1", "Host: web.example", ...fields)}${body}`;
const smuggled = "GET /smuggled HTTP/1.1\r\nHost: web.example\r\n\r\n";
const chunked = (body: string): string => post(body, "Transfer-Encoding: chunked");

const bad = [400] as const;

const lengths: readonly WireRow[] = [
  {
    row: 28,
    name: "both lengths",
    sends: post(`0\r\n\r\n${smuggled}`, "Content-Length: 5", "Transfer-Encoding: chunked"),
    answers: bad,
    unseen: /smuggled/,
  },
  {
    row: 28,
    name: "both lengths, the other way round",
    sends: post(`0\r\n\r\n${smuggled}`, "Transfer-Encoding: chunked", "Content-Length: 5"),
    answers: bad,
    unseen: /smuggled/,
  },
  {
    row: 29,
    name: "two lengths that differ",
    sends: post("abcde", "Content-Length: 5", "Content-Length: 0"),
    answers: bad,
  },
  { row: 29, name: "a signed length", sends: post("abcde", "Content-Length: +5"), answers: bad },
  { row: 29, name: "a negative length", sends: post("abcde", "Content-Length: -5"), answers: bad },
  { row: 29, name: "a hexadecimal length", sends: post("abcde", "Content-Length: 0x5"), answers: bad },
  { row: 29, name: "a list of lengths that differ", sends: post("abcde", "Content-Length: 5, 6"), answers: bad },
  { row: 29, name: "an empty length", sends: post("", "Content-Length:"), answers: bad },
  {
    row: 29,
    name: "a length that overflows",
    sends: post("abcde", "Content-Length: 18446744073709551621"),
    answers: bad,
  },
  { row: 29, name: "a name of 256 bytes", sends: get("/", `${"a".repeat(256)}: 1`), answers: [400, 431, 200] },
  { row: 30, name: "an empty name", sends: get("/", ": 1"), answers: bad },
  { row: 31, name: "chunked is not last", sends: post("0\r\n\r\n", "Transfer-Encoding: chunked, gzip"), answers: bad },
  { row: 31, name: "xchunked", sends: post("0\r\n\r\n", "Transfer-Encoding: xchunked"), answers: bad },
  {
    row: 31,
    name: "the coding in the next line",
    sends: post("0\r\n\r\n", "Transfer-Encoding:", " xchunked"),
    answers: bad,
  },
  {
    row: 31,
    name: "two codings",
    sends: post("0\r\n\r\n", "Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
    answers: bad,
  },
];

const lineEnds: readonly WireRow[] = [
  {
    row: 32,
    name: "LF alone as line end",
    sends: "GET / HTTP/1.1\nHost: web.example\nConnection: close\n\n",
    answers: bad,
  },
  { row: 32, name: "LF alone behind a field", sends: get("/", "X-A: a\nX-B: b"), answers: bad },
  {
    row: 32,
    name: "LF alone behind a chunk's size",
    sends: post("3\nabc\r\n0\r\n\r\n", "Transfer-Encoding: chunked", "Connection: close"),
    answers: bad,
  },
  {
    row: 32,
    name: "LF alone behind a chunk",
    sends: post("3\r\nabc\n0\r\n\r\n", "Transfer-Encoding: chunked", "Connection: close"),
    answers: bad,
  },
  { row: 32, name: "a bare CR in a value", sends: get("/", "X-A: a\rX-B: b"), answers: bad },
  { row: 32, name: "a bare CR as line end", sends: "GET / HTTP/1.1\rHost: web.example\r\r", answers: [400, 408] },
  { row: 33, name: "a size that overflows", sends: chunked("fffffffffffffffff\r\nabc"), answers: bad },
  { row: 33, name: "a negative size", sends: chunked("-1\r\nabc"), answers: bad },
  { row: 33, name: "no line end after content", sends: chunked("3\r\nabcde\r\n0\r\n\r\n"), answers: bad },
  { row: 33, name: "a size that is none", sends: chunked("0x3\r\nabc\r\n0\r\n\r\n"), answers: bad },
  { row: 33, name: "a size with a space before it", sends: chunked(" 3\r\nabc\r\n0\r\n\r\n"), answers: bad },
  { row: 33, name: "an empty size", sends: chunked("\r\nabc\r\n0\r\n\r\n"), answers: bad },
  {
    row: 33,
    name: "an extension of 1 MiB",
    sends: chunked(`3;${"a".repeat(1024 * 1024)}\r\nabc\r\n0\r\n\r\n`),
    answers: [400, 413, 431],
  },
  { row: 34, name: "a space before the colon", sends: get("/", "X-A : 1"), answers: bad },
  { row: 34, name: "a space before the colon of a length", sends: post("abc", "Content-Length : 3"), answers: bad },
  {
    row: 34,
    name: "a field before the first name",
    sends: lines("GET / HTTP/1.1", " X-A: b", "Host: web.example"),
    answers: bad,
  },
  { row: 34, name: "a tab in a name", sends: get("/", "X\tA: 1"), answers: bad },
  { row: 34, name: "NUL in a value", sends: get("/", "X-A: a\0b"), answers: bad },
  { row: 34, name: "NUL in a name", sends: get("/", "X\0A: a"), answers: bad },
  { row: 34, name: "8 bits in a name", sends: get("/", "X\xe4A: a"), answers: bad },
];

const targets: readonly WireRow[] = [
  {
    row: 35,
    name: "a target of another host",
    sends: lines("GET http://other.example/ HTTP/1.1", "Host: web.example"),
    answers: bad,
  },
  { row: 35, name: "two hosts", sends: get("/", "Host: other.example"), answers: bad },
  { row: 35, name: "no host", sends: lines("GET / HTTP/1.1", "Connection: close"), answers: bad },
  { row: 35, name: "a user before the host", sends: lines("GET / HTTP/1.1", "Host: user@web.example"), answers: bad },
  { row: 35, name: "a fragment behind the host", sends: lines("GET / HTTP/1.1", "Host: web.example#a"), answers: bad },
  { row: 36, name: "above the root", sends: get("/../admin"), answers: bad },
  { row: 36, name: "above the root, escaped", sends: get("/%2e%2e/admin"), answers: bad },
  { row: 36, name: "an escaped slash", sends: get("/a%2fb"), answers: bad },
  { row: 36, name: "an escaped backslash", sends: get("/a%5cb"), answers: bad },
  { row: 36, name: "an escaped NUL", sends: get("/a%00b"), answers: bad },
  { row: 36, name: "an escaped question mark", sends: get("/a%3fb"), answers: bad },
  { row: 36, name: "an escaped number sign", sends: get("/a%23b"), answers: bad },
  {
    row: 36,
    name: "dots within are resolved before anybody sees them",
    sends: get("/a/%2e%2E/b//c"),
    answers: [200],
    seen: /"url":"\/b\/c"/,
  },
  { row: 43, name: "a target of 100 KiB", sends: get(`/${"a".repeat(100 * 1024)}`), answers: [414, 400, 431] },
  {
    row: 43,
    name: "a head of 1 MiB",
    sends: get("/", `X-A: ${"a".repeat(1024 * 1024)}`),
    answers: [431, 400, "closed"],
  },
  {
    row: 43,
    name: "10,000 fields",
    sends: get("/", ...Array<string>(10_000).fill("X-A: 1")),
    answers: [431, 400, "closed"],
  },
];

const upgrades: readonly WireRow[] = [
  {
    row: 44,
    name: "HTTP/2 that nobody has agreed upon",
    sends: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
    answers: [400, 405, 505],
  },
  {
    row: 44,
    name: "an upgrade to h2c is not asked for",
    sends: lines(
      "GET / HTTP/1.1",
      "Host: web.example",
      "Connection: Upgrade, HTTP2-Settings, close",
      "Upgrade: h2c",
      "HTTP2-Settings: AAMAAABkAAQAAP__",
    ),
    answers: [200],
    unseen: /h2c|http2-settings/i,
  },
  {
    row: 44,
    name: "an upgrade to anything is not asked for",
    sends: lines("GET / HTTP/1.1", "Host: web.example", "Connection: Upgrade, close", "Upgrade: anything"),
    answers: [200],
    unseen: /anything/,
  },
  {
    row: 44,
    name: "WebSocket without a key",
    sends: lines(
      "GET / HTTP/1.1",
      "Host: web.example",
      "Connection: Upgrade, close",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
    ),
    answers: [400, 200],
    unseen: /"upgrade"/,
  },
];

const claims: readonly WireRow[] = [
  ["X-Forwarded-For", "203.0.113.66"],
  ["X-Forwarded-Host", "evil.example"],
  ["X-Forwarded-Proto", "evil"],
  ["X-Forwarded-Port", "evilport"],
  ["X-Real-IP", "203.0.113.66"],
  ["Forwarded", "for=203.0.113.66"],
  ["X-Original-URL", "/evil"],
  ["X_Forwarded_For", "203.0.113.66"],
  ["X_Real_IP", "203.0.113.66"],
  ["X-Forwarded_Host", "evil.example"],
  ["x_original-url", "/evil"],
  ["X-Rewrite-URL", "/evil"],
  ["True-Client-IP", "203.0.113.66"],
  ["X_Forwarded_Prefix", "/evil"],
].map(([name = "", value = ""]) => ({
  row: 45,
  name: `${name} of a client that is not trusted`,
  sends: get("/", `${name}: ${value}`),
  answers: [200],
  unseen: new RegExp(value.replaceAll(".", "\\.")),
}));

/** All that one client's bytes can show of an engine in front of `echoing` endpoints. */
export const wireRows: readonly WireRow[] = [...lengths, ...lineEnds, ...targets, ...upgrades, ...claims];
