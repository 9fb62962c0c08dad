import assert from "node:assert/strict";
import { request as httpsRequest } from "node:https";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { after, before, suite, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { spdyHeaders } from "../kubelet/clients.ts";
import { type FakeNode, startFakeNode } from "../kubelet/fake-node.ts";
import { forwardHeaders } from "../kubelet/forward-client.ts";
import { SpdyClient } from "../kubelet/spdy-client.ts";
import type { Listening } from "../server/listening.ts";
import { ask } from "../server/proxy-stage.ts";
import { shopOn, shopPods } from "../server/shop.ts";

const soon = { seconds: 10 };
const webSocketHeaders = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-version": "13",
  "sec-websocket-protocol": "v5.channel.k8s.io",
};
const tunnelHeaders = { ...webSocketHeaders, "sec-websocket-protocol": "SPDY/3.1+portforward.k8s.io" };

suite("streams to containers", () => {
  let node: FakeNode;
  let server: Listening;
  before(async () => {
    node = await startFakeNode({ openingSeconds: 30, pingSeconds: 0.05 });
    server = await shopOn(node);
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    await node.stop();
  });

  for (const [path, code, says] of [
    ["web-0/exec?command=ls&stdout=true&container=other", 400, "container other is not valid for pod web-0"],
    ["none/exec?command=ls&stdout=true", 404, 'pods "none" not found'],
    ["gone/exec?command=ls&stdout=true", 404, "pod does not exist"],
    ["done/exec?command=ls&stdout=true", 400, "completed pod; current phase is Succeeded"],
    ["web-0/attach?stdout=true&container=other", 400, "container other is not valid for pod web-0"],
    ["none/attach?stdout=true", 404, 'pods "none" not found'],
    ["web-0/portforward?ports=0", 400, "must be between 1 and 65535"],
    ["web-0/portforward?ports=65536", 400, "must be between 1 and 65535"],
    ["none/portforward", 404, 'pods "none" not found'],
  ] as const)
    for (const [way, method, headers] of [
      ["SPDY", "POST", path.includes("portforward") ? forwardHeaders : spdyHeaders],
      ["a WebSocket", "GET", path.includes("portforward") ? tunnelHeaders : webSocketHeaders],
    ] as const)
      test(`77: ${path} over ${way}`, async () => {
        const told = await ask(server, { method, path: `${shopPods}/${path}`, headers });
        assert.equal(told.status, code, told.text);
        assert.ok(told.text.includes(says.replaceAll('"', '\\"')), told.text);
      });

  /** A connection that has become another protocol's; what comes is not read, and no ping is answered. */
  const upgraded = (path: string, headers: Readonly<Record<string, string>>, method = "POST"): Promise<Duplex> => {
    const { port, authority, client } = server;
    const shown = { ca: authority.certificate, cert: client.certificate, key: client.key };
    const asked = httpsRequest({
      ...{ host: "127.0.0.1", port, path: `${shopPods}/${path}`, method, headers, agent: false, ...shown },
    });
    asked.end();
    return new Promise((resolve, reject) => {
      asked.once("error", reject);
      asked.once("response", (answer) => text(answer).then((body) => reject(new Error(body)), reject));
      asked.once("upgrade", (_, socket) => resolve(socket.on("error", () => {})));
    });
  };
  const hasEnded = (socket: Duplex): Promise<unknown> =>
    eventually("the connection and its command have ended", () => socket.closed && node.running().length === 0, soon);
  const cat = "web-0/exec?command=cat&stdin=true&stdout=true";
  const overSpdy = async (): Promise<Duplex> => {
    const socket = await upgraded(cat, spdyHeaders);
    await new SpdyClient(socket).openStreams(["error", "stdin", "stdout"]);
    return socket;
  };
  const begun = (): Promise<unknown> => eventually("the command runs", () => node.running().length === 1, soon);

  test("77: a message of 2 MiB, to a command over a WebSocket", async () => {
    const socket = await upgraded(cat, webSocketHeaders, "GET");
    await begun();
    const head = Buffer.from("82ff000000000020000000000000", "hex");
    socket.resume().write(Buffer.concat([head, Buffer.alloc(2 << 20)]));
    await hasEnded(socket);
  });
  test("77: a frame of 16 MiB, to a command over SPDY", async () => {
    const socket = await overSpdy();
    await begun();
    socket.resume().write(Buffer.from("0000000100ffffff", "hex"));
    await hasEnded(socket);
  });
  test("77: a client that answers nothing any more, of a command over a WebSocket", async () => {
    const socket = await upgraded(cat, webSocketHeaders, "GET");
    await begun();
    await hasEnded(socket.resume());
  });
  test("77: a client that answers nothing any more, of a command over SPDY", async () => {
    const socket = await overSpdy();
    await begun();
    await hasEnded(socket.resume());
  });
  test("77: a client that answers nothing any more, of a port-forward over SPDY", async () => {
    const socket = await upgraded("web-0/portforward", forwardHeaders);
    await hasEnded(socket.resume());
  });
  test("77: a client that answers nothing any more, of a port-forward through a WebSocket, is told so and left", async () => {
    const socket = await upgraded("web-0/portforward", tunnelHeaders, "GET");
    let heard = Buffer.alloc(0);
    socket.on("data", (bytes: Buffer) => (heard = Buffer.concat([heard, bytes])));
    const closeNormally = Buffer.from("880203e8", "hex");
    await eventually("it is told", () => heard.includes(closeNormally), soon);
    socket.destroy();
  });
  test("77: the agent has no fault of its own", () => assert.deepEqual(node.faults, []));
});
