import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { after, before, suite, test } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { asRoot } from "../cluster/as-root.ts";
import { eventually } from "../harness/eventually.ts";
import { core, proxyStage, type Stage, through } from "./proxy-stage.ts";

/** What the server gives a body, and how long one takes here at least. */
const bodyMilliseconds = 400;
const pieces = 30;
const everyMs = 50;

suite("a body that comes slowly, over HTTP/1.1", { ...asRoot, concurrency: true }, () => {
  let stage: Stage;
  before(async () => {
    stage = await proxyStage({ bodyMilliseconds });
    const port = await stage.serves(async (request, response) => {
      const { length } = await text(request);
      response.end(`${length} bytes`);
    });
    await stage.behind("web", port);
    const deaf = await stage.serves((_, response) => response.end("enough"));
    await stage.behind("deaf", deaf);
  });
  after(() => stage?.[Symbol.asyncDispose]());

  interface Slow {
    readonly socket: TLSSocket;
    heard: string;
    isClosed: boolean;
  }
  /** Sends a head, and a byte of the body again and again, until there are so many or the connection is closed. */
  const slowly = (target: string, lines: string, most = Number.POSITIVE_INFINITY): Slow => {
    const { port, authority, client } = stage.server;
    const shown = { ca: authority.certificate, cert: client.certificate, key: client.key };
    const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ...shown });
    const slow: Slow = { socket, heard: "", isClosed: false };
    socket.write(`${target} HTTP/1.1\r\nHost: api\r\n${lines}`);
    let sent = 0;
    const sending = setInterval(() => {
      if (sent < most) socket.write(" ");
      sent += 1;
    }, everyMs);
    socket.on("data", (bytes) => (slow.heard += bytes));
    socket.on("error", () => {}); // cut off while it is written to
    socket.on("close", () => {
      clearInterval(sending);
      slow.isClosed = true;
    });
    return slow;
  };
  const closed = (slow: Slow, seconds: number): Promise<unknown> =>
    eventually("the connection is closed", () => slow.isClosed, { seconds });
  const body = "Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n";

  test("of a write is refused in its time, and its connection closed", async () => {
    const slow = slowly(`POST ${core}/configmaps`, body);
    await closed(slow, 5);
    assert.match(slow.heard, /^HTTP\/1\.1 504 .*the body did not arrive within 0\.4 s"/s);
  });

  test("of a request that was refused already keeps its connection no longer", async () => {
    const slow = slowly("POST /apis/none/v1/none", body);
    await closed(slow, 5);
    assert.match(slow.heard, /^HTTP\/1\.1 404 /);
  });

  test("through a proxy takes all the time it needs", async () => {
    const slow = slowly(`POST ${through("web")}`, `Content-Length: ${pieces}\r\n\r\n`, pieces);
    await eventually("it is answered", () => slow.heard.endsWith("bytes"), { seconds: 10 });
    assert.match(slow.heard, /^HTTP\/1\.1 200 .*30 bytes$/s);
    slow.socket.destroy();
  });

  test("through a proxy, to an application that has answered already, keeps its connection no longer", async () => {
    const slow = slowly(`POST ${through("deaf")}`, body);
    await closed(slow, 5);
    assert.match(slow.heard, /^HTTP\/1\.1 200 .*enough/s);
  });

  test("is none if the head doesn't end: that is given ten seconds", async () => {
    const slow = slowly("GET /version", "X-Slow:");
    await closed(slow, 18);
    assert.match(slow.heard, /^HTTP\/1\.1 408 |^$/);
  });
});
