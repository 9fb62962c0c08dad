import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { eventually } from "../harness/eventually.ts";
import { ask } from "../ingress/served.ts";
import { say } from "../ingress/wire.ts";
import type { HttpRow } from "./http-row.ts";
import { bodySeconds, headSeconds, type ListenerName } from "./http-stage.ts";

/** A connection that says what it is given, a byte at a time where `dripMs` says so, until the engine ends it. */
class Slow {
  heard = "";
  isClosed = false;
  readonly socket: Socket;

  constructor(port: number, says = "") {
    this.socket = connect({ port, host: "127.0.0.1" });
    this.socket.on("error", () => {});
    this.socket.on("data", (bytes: Buffer) => {
      this.heard += bytes.toString("latin1");
    });
    for (const event of ["end", "close"]) this.socket.on(event, () => (this.isClosed = true));
    if (says !== "") this.socket.write(says);
  }
}

/** A byte every so often, which no timeout between two bytes ends. */
async function drips(port: number, head: string, byte: string): Promise<Slow> {
  const slow = new Slow(port, head);
  const drip = setInterval(() => void (slow.isClosed || slow.socket.write(byte)), 200);
  try {
    await eventually("the end of the connection", () => slow.isClosed, { seconds: headSeconds + 6 });
  } finally {
    clearInterval(drip);
    slow.socket.destroy();
  }
  return slow;
}

const idleCount = 500;

const heads: readonly HttpRow[] = [
  {
    row: 42,
    name: "a head that comes a byte at a time",
    async holds({ portOf }) {
      const { heard } = await drips(portOf("http"), "GET / HTTP/1.1\r\nHost: web.example\r\nX-A: ", "a");
      assert.match(heard, /^HTTP\/1\.1 408 |^$/);
    },
  },
  {
    row: 42,
    name: "a greeting of TLS that comes a byte at a time",
    holds: async ({ portOf }) =>
      void (await drips(portOf("https"), "\x16\x03\x01\x20\x00\x01\x00\x1f\xfc\x03\x03", "a")),
  },
  {
    row: 42,
    name: "a PROXY header that comes a byte at a time",
    async holds({ portOf }) {
      const socket = connect({ port: portOf("proxied"), host: "127.0.0.1", localAddress: "127.0.0.2" });
      let isClosed = false;
      socket
        .on("error", () => {})
        .on("close", () => {
          isClosed = true;
        });
      socket.resume().write("PROXY TC");
      await eventually("the end of the connection", () => isClosed, { seconds: headSeconds + 6 });
      assert.ok(isClosed);
    },
  },
];

const bodies: readonly HttpRow[] = [
  {
    row: 42,
    name: "a body that doesn't go on",
    async holds({ portOf }) {
      const slow = new Slow(portOf("http"), "POST / HTTP/1.1\r\nHost: web.example\r\nContent-Length: 5\r\n\r\nab");
      await eventually("the end of the connection", () => slow.isClosed, { seconds: bodySeconds + 6 });
      assert.match(slow.heard, /^HTTP\/1\.1 (?:408|504) |^$/);
    },
  },
  {
    row: 42,
    name: "an answer that nobody reads",
    async holds({ portOf, raw }) {
      raw.forget();
      const slow = new Slow(portOf("http"), "GET /raw/endless-body HTTP/1.1\r\nHost: web.example\r\n\r\n");
      slow.socket.pause();
      let [last, since] = [-1, performance.now()];
      await eventually(
        "the endpoint to be held back",
        () => {
          if (last === raw.sent()) return last > 0 && performance.now() - since > 500;
          [last, since] = [raw.sent(), performance.now()];
          return false;
        },
        { seconds: 10 },
      );
      const held = raw.sent();
      assert.ok(held < 64 * 1024 * 1024, `${held} bytes were taken`);
      await eventually("the end", () => slow.socket.destroyed || raw.connections() === 0, { seconds: bodySeconds + 6 });
      slow.socket.destroy();
    },
  },
];

const idle: readonly HttpRow[] = (["http", "https"] satisfies ListenerName[]).map((listener) => ({
  row: 42,
  name: `${idleCount} connections to ${listener} that say nothing`,
  async holds({ portOf }) {
    const all = Array.from({ length: idleCount }, () => new Slow(portOf(listener)));
    const begun = performance.now();
    for (let at = 0; at < 10; at += 1) assert.equal((await ask(portOf("http"), "/")).status, 200);
    const tookMs = performance.now() - begun;
    assert.ok(tookMs < 3000, `ten requests took ${tookMs} ms`);
    await eventually("the end of all of them", () => all.every(({ isClosed }) => isClosed), {
      seconds: bodySeconds + 8,
    });
    for (const { socket } of all) socket.destroy();
  },
}));

const kept: HttpRow = {
  row: 42,
  name: "a connection on which no next request comes",
  async holds({ portOf }) {
    const { statuses, closed } = await say({ port: portOf("http") }, "GET / HTTP/1.1\r\nHost: web.example\r\n\r\n");
    assert.deepEqual([statuses, closed], [[200], true]);
  },
};

export const slowRows: readonly HttpRow[] = [...heads, ...bodies, ...idle, kept];
