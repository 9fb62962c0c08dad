import assert from "node:assert/strict";
import { createServer, type Server, type Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { deflateSync } from "node:zlib";
import { eventually } from "../harness/eventually.ts";
import { type FakeNode, startFakeNode } from "./fake-node.ts";
import { type Arrived, ForwardClient, forwardHeaders, forwardPath } from "./forward-client.ts";
import { type Asking, ask } from "./requests.ts";
import { controlFrame } from "./spdy-client.ts";

const bomb = deflateSync(Buffer.alloc(100_000_000));
const soon = { seconds: 5 };

describe("port-forward", () => {
  let node: FakeNode;
  let pod: Pod;
  before(async () => {
    node = await startFakeNode({ openingSeconds: 0.3, pingSeconds: 0.05 });
    pod = await startPod("127.0.0.1");
  });
  after(async () => {
    pod.close();
    await node.stop();
  });
  const ended = (arrived: Arrived, end: Arrived["end"]): Promise<unknown> =>
    eventually(`its end is ${end}`, () => arrived.end === end, soon);

  for (const order of [
    ["error", "data"],
    ["data", "error"],
  ] as const)
    test(`each end closes by itself; ${order.join(" before ")}`, async () => {
      const client = await ForwardClient.connect(node);
      await client.open(1, pod.port, order);
      const [data, error] = order[0] === "error" ? [3, 1] : [1, 3];
      await client.spdy.send(data, Buffer.from("hello"));
      await client.spdy.send(data, Buffer.alloc(0), true);
      await ended(client.on(data), "half-closed");
      assert.equal(client.on(data).text, "you said hello");
      await ended(client.on(error), "half-closed");
      assert.equal(client.on(error).text, "");
      client.socket.destroy();
    });

  test("a program that ends first still gets what the client says", async () => {
    const client = await ForwardClient.connect(node);
    await client.open(1, pod.port);
    await client.spdy.send(3, Buffer.from("end first"));
    await ended(client.on(3), "half-closed");
    await client.spdy.send(3, Buffer.from(", I go on"), true);
    await eventually("it was heard", () => pod.heard.includes("end first, I go on"), soon);
    client.socket.destroy();
  });

  test("where nobody listens, the error stream says so in containerd's words", async () => {
    const client = await ForwardClient.connect(node);
    await client.open(1, 9);
    await ended(client.on(1), "half-closed");
    assert.equal(
      client.on(1).text,
      'error forwarding port 9 to pod 7b1c, uid : failed to connect to localhost:9 inside namespace "7b1c", IPv4: dial tcp4 127.0.0.1:9: connect: connection refused IPv6 dial tcp6 [::1]:9: connect: connection refused ',
    );
    await ended(client.on(3), "half-closed");
    client.socket.destroy();
  });

  test("a program that breaks off is not taken for one that has ended, and the session goes on", async () => {
    const client = await ForwardClient.connect(node);
    await client.open(1, pod.port);
    await client.spdy.send(3, Buffer.from("break"));
    await ended(client.on(3), "reset");
    await client.open(5, pod.port);
    await client.spdy.send(7, Buffer.from("again"), true);
    await ended(client.on(7), "half-closed");
    assert.equal(client.on(7).text, "you said again");
    client.socket.destroy();
  });

  test("a client that goes away takes its connections with it", async () => {
    const client = await ForwardClient.connect(node);
    for (const id of [1, 5, 9]) {
      await client.open(id, pod.port);
      await client.spdy.send(id + 2, Buffer.from("stay"));
    }
    await eventually("they are open", () => pod.open.size === 3, soon);
    client.socket.destroy();
    await eventually("they are gone", () => pod.open.size === 0, soon);
  });

  test("a client that answers nothing any more is noticed", async () => {
    const client = await ForwardClient.connect(node);
    await client.open(1, pod.port);
    await client.spdy.send(3, Buffer.from("stay"));
    await eventually("it is open", () => pod.open.size === 1, soon);
    client.socket.pause();
    await eventually("it is gone", () => pod.open.size === 0, soon);
    client.socket.destroy();
  });

  test("a program that does not read holds its client back, which is not taken for silence", async () => {
    const client = await ForwardClient.connect(node);
    await client.open(1, pod.port);
    await client.spdy.send(3, Buffer.from("deaf"));
    await eventually("it is open", () => pod.open.size === 1, soon);
    const chunk = Buffer.alloc(32_768);
    let isHeld = false;
    let sentBytes = 0;
    for (; !isHeld && sentBytes < 100_000_000; sentBytes += chunk.length) {
      const sent = client.spdy.send(3, chunk).then(() => true);
      isHeld = !(await Promise.race([sent, new Promise<false>((resolve) => setTimeout(resolve, 500, false))]));
    }
    assert.ok(isHeld, "everything was taken in");
    // Forty pings later it is still there.
    await new Promise((resolve) => setTimeout(resolve, 40 * 50));
    assert.deepEqual([client.isClosed, pod.open.size], [false, 1]);
    client.socket.destroy();
    for (const socket of pod.open) socket.resume();
    await eventually("it is gone", () => pod.open.size === 0, soon);
  });

  test("connections that have ended leave nothing behind in the session, however many there were", async () => {
    const client = await ForwardClient.connect(node);
    for (let id = 1; id < 4 * 1200; id += 4) {
      await client.open(id, pod.port);
      await client.spdy.send(id + 2, Buffer.from("x"), true);
      if (id % 400 === 1) await ended(client.on(id + 2), "half-closed");
    }
    await ended(client.on(4 * 1200 - 1), "half-closed");
    client.socket.destroy();
  });

  const badStreams: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ["port 0", { streamtype: "data", port: "0", requestid: "1" }],
    ["port 65536", { streamtype: "data", port: "65536", requestid: "1" }],
    ["port abc", { streamtype: "data", port: "abc", requestid: "1" }],
    ["port -1", { streamtype: "data", port: "-1", requestid: "1" }],
    ["no port", { streamtype: "data", requestid: "1" }],
    ["no kind of stream", { port: "80", requestid: "1" }],
    ["another kind of stream", { streamtype: "stdin", port: "80", requestid: "1" }],
  ];
  for (const [what, headers] of badStreams)
    test(`a stream with ${what} is cut off, and the session goes on`, async () => {
      const client = await ForwardClient.connect(node);
      await client.spdy.openStream(1, headers);
      await ended(client.on(1), "reset");
      await client.open(3, pod.port);
      await client.spdy.send(5, Buffer.from("still here"), true);
      await ended(client.on(5), "half-closed");
      client.socket.destroy();
    });

  test("a stream whose pair does not come in time is told so", async () => {
    const client = await ForwardClient.connect(node);
    await client.spdy.openStream(1, { streamtype: "error", port: "80", requestid: "7" });
    await client.spdy.openStream(3, { streamtype: "data", port: "80", requestid: "8" });
    await ended(client.on(1), "half-closed");
    assert.equal(client.on(1).text, "(request=7) timed out waiting for streams");
    await ended(client.on(3), "reset");
    client.socket.destroy();
  });

  test("the same stream twice for a request: the second is cut off", async () => {
    const client = await ForwardClient.connect(node);
    for (const id of [1, 3]) await client.spdy.openStream(id, { streamtype: "error", port: "80", requestid: "7" });
    await ended(client.on(3), "reset");
    assert.equal(client.on(1).text, "error processing stream for request 7: error stream already assigned");
    client.socket.destroy();
  });

  test("of thousands of streams most are refused, and the others work", async () => {
    const client = await ForwardClient.connect(node);
    await client.open(1, pod.port);
    for (let id = 5; id < 10_005; id += 2)
      await client.spdy.openStream(id, { streamtype: "error", port: "80", requestid: `${id}` });
    await ended(client.on(10_003), "reset");
    await client.spdy.send(3, Buffer.from("me too"), true);
    await ended(client.on(3), "half-closed");
    assert.equal(client.on(3).text, "you said me too");
    client.socket.destroy();
  });

  test("what comes for streams that are not there is dropped", async () => {
    const client = await ForwardClient.connect(node);
    for (let i = 0; i < 1000; i++) await client.spdy.send(99, Buffer.alloc(32_768));
    await client.open(1, pod.port);
    await client.spdy.send(3, Buffer.from("hello"), true);
    await ended(client.on(3), "half-closed");
    client.socket.destroy();
  });

  const refusals: readonly { what: string; path?: string; asking: Asking; answer: string }[] = [
    {
      what: "a pod that is not there",
      path: "/portForward/shop/other",
      asking: { method: "POST", headers: forwardHeaders },
      answer: "404 pod does not exist\n",
    },
    {
      what: "a WebSocket",
      asking: { headers: { ...forwardHeaders, upgrade: "websocket" } },
      answer: "400 unable to upgrade: this node forwards ports over SPDY/3.1, not websocket\n",
    },
    {
      what: "no sub-protocol",
      asking: { method: "POST", headers: { connection: "Upgrade", upgrade: "SPDY/3.1" } },
      answer: "400 unable to upgrade: X-Stream-Protocol-Version is required\n",
    },
    {
      what: "another sub-protocol",
      asking: { method: "POST", headers: { ...forwardHeaders, "x-stream-protocol-version": "v4.channel.k8s.io" } },
      answer:
        "403 unable to upgrade: unable to negotiate protocol: client supports [v4.channel.k8s.io], server accepts [portforward.k8s.io]\n",
    },
    {
      what: "no upgrade at all",
      asking: { method: "POST" },
      answer: "400 unable to upgrade: missing upgrade headers in request\n",
    },
    {
      what: "no certificate",
      asking: { method: "POST", headers: forwardHeaders, identity: "none" },
      answer: "401 Unauthorized\n",
    },
  ];
  for (const { what, path = forwardPath, asking, answer } of refusals)
    test(`refused before the connection is upgraded: ${what}`, async () => {
      const { status, text } = await ask(node, path, asking);
      assert.equal(`${status} ${text}`, answer);
    });

  const deadly: readonly (readonly [string, Buffer])[] = [
    ["a frame of 16 MiB", Buffer.from("8003000100ffffff", "hex")],
    ["data of 16 MiB", Buffer.from("0000000100ffffff", "hex")],
    ["headers that inflate to 100 MB", controlFrame(1, Buffer.concat([Buffer.alloc(10), bomb]))],
  ];
  for (const [what, bytes] of deadly)
    test(`${what}: the connection ends, and those to the pod with it`, async () => {
      const client = await ForwardClient.connect(node);
      await client.open(1, pod.port);
      await eventually("it is open", () => pod.open.size === 1, soon);
      client.socket.write(bytes);
      await eventually("both have ended", () => client.isClosed && pod.open.size === 0, soon);
    });

  test("the pod goes, and the session with it; the node has no fault of its own", async () => {
    const client = await ForwardClient.connect(node);
    node.endContainer();
    await eventually("it has ended", () => client.isClosed, soon);
    assert.deepEqual([node.faults, pod.open.size], [[], 0]);
  });
});

interface Pod {
  readonly port: number;
  /** What each connection said until its end. */
  readonly heard: readonly string[];
  readonly open: ReadonlySet<Socket>;
  readonly close: () => void;
}

async function startPod(host: string): Promise<Pod> {
  const heard: string[] = [];
  const open = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    let said = "";
    socket.on("error", () => {}).once("close", () => open.delete(socket));
    socket.on("data", (bytes: Buffer) => {
      if (said.length < 100) said += bytes.toString();
      if (said === "end first") socket.end();
      if (said === "deaf") socket.pause();
      if (said === "break") socket.resetAndDestroy();
    });
    socket.on("end", () => {
      heard.push(said);
      socket.end(`you said ${said}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return { port: address.port, heard, open, close: () => server.close() };
}
