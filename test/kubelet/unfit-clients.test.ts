import assert from "node:assert/strict";
import type { Duplex } from "node:stream";
import { after, before, describe, test } from "node:test";
import { deflateSync } from "node:zlib";
import { seeded } from "../harness/seeded.ts";
import { spdyHeaders } from "./clients.ts";
import { type FakeNode, startFakeNode } from "./fake-node.ts";
import { type Asking, ask, execPath, upgrade } from "./requests.ts";
import { controlFrame, dataFrame, SpdyClient } from "./spdy-client.ts";

const post: Asking = { method: "POST", headers: spdyHeaders };
const webSocketHeaders = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-version": "13",
};

describe("exec: what is refused before the connection is upgraded", () => {
  let node: FakeNode;
  before(async () => {
    node = await startFakeNode();
  });
  after(() => node.stop());

  const refusals: readonly { what: string; path: string; asking?: Asking; answer: string }[] = [
    {
      what: "a pod that is not there",
      path: "/exec/shop/other/web?command=ls&output=1",
      answer: "404 pod does not exist\n",
    },
    {
      what: "a container that is not there",
      path: "/exec/shop/web-0/db?command=ls&output=1",
      answer: '500 container not found ("db")\n',
    },
    {
      what: "a container that does not run, to be attached to",
      path: "/attach/shop/web-0/slow?output=1",
      answer: '500 container not found ("slow")\n',
    },
    {
      what: "nothing to be attached to of a container",
      path: "/attach/shop/web-0/web?tty=1&error=1",
      answer: "400 you must specify at least 1 of stdin, stdout, stderr\n",
    },
    {
      what: "no command",
      path: "/exec/shop/web-0/web?output=1",
      answer: "400 you must specify at least one command for the container\n",
    },
    {
      what: "no stream",
      path: execPath(["ls"], "input=0"),
      answer: "400 you must specify at least 1 of stdin, stdout, stderr\n",
    },
    { what: "a path that is no exec", path: "/containerLogs/shop/web-0/web", answer: "404 404 page not found\n" },
    {
      what: "only sub-protocols without a Status",
      path: execPath(["ls"]),
      asking: {
        method: "POST",
        headers: { ...spdyHeaders, "x-stream-protocol-version": "v2.channel.k8s.io, channel.k8s.io" },
      },
      answer:
        "403 unable to negotiate protocol: client supports [v2.channel.k8s.io, channel.k8s.io], server accepts [v5.channel.k8s.io, v4.channel.k8s.io]\n",
    },
    {
      what: "a WebSocket of another sub-protocol",
      path: execPath(["ls"]),
      asking: { headers: { ...webSocketHeaders, "sec-websocket-protocol": "channel.k8s.io" } },
      answer:
        "400 unable to upgrade: none of the sub-protocols [channel.k8s.io] is v5.channel.k8s.io or v4.channel.k8s.io\n",
    },
    {
      what: "another protocol",
      path: execPath(["ls"]),
      asking: { headers: { connection: "Upgrade", upgrade: "h2c" } },
      answer: "400 unable to upgrade: this node speaks SPDY/3.1 and websocket, not h2c\n",
    },
    {
      what: "no upgrade at all",
      path: execPath(["ls"]),
      asking: { method: "POST" },
      answer: "400 unable to upgrade: missing upgrade headers in request\n",
    },
    {
      what: "no certificate",
      path: execPath(["ls"]),
      asking: { ...post, identity: "none" },
      answer: "401 Unauthorized\n",
    },
  ];
  for (const { what, path, asking = post, answer } of refusals) {
    test(what, async () => {
      const { status, text } = await ask(node, path, asking);
      assert.equal(`${status} ${text}`, answer);
    });
  }

  test("nothing was started, and nothing was a fault of the node", () => {
    assert.deepEqual([node.running(), node.faults], [[], []]);
  });
});

describe("exec: clients that break the rules lose their connection, and nothing else happens", () => {
  let node: FakeNode;
  before(async () => {
    node = await startFakeNode({ openingSeconds: 0.2, pingSeconds: 10 });
  });
  after(() => node.stop());
  const connect = (): Promise<Duplex> => upgrade(node, execPath(["cat"], "input=1&output=1"), post);

  test("streams that are not opened in time", async () => {
    const socket = await connect();
    await new SpdyClient(socket).openStreams(["error", "stdout"]);
    await closed(socket);
  });

  const synStream = (payload: Buffer): Buffer => controlFrame(1, payload);
  const broken: readonly (readonly [string, Buffer])[] = [
    ["not SPDY", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
    ["a frame longer than any", Buffer.from("8003000100ffffff", "hex")],
    ["a SYN_STREAM that is too short", synStream(Buffer.alloc(4))],
    ["headers that are not deflated", synStream(Buffer.alloc(80, 1))],
    [
      "headers with another dictionary",
      synStream(Buffer.concat([Buffer.alloc(10), deflateSync("x", { dictionary: Buffer.from("x") })])),
    ],
    [
      "headers that inflate to 100 MB",
      synStream(Buffer.concat([Buffer.alloc(10), deflateSync(Buffer.alloc(100_000_000))])),
    ],
    ["a RST_STREAM that is too short", controlFrame(3, Buffer.alloc(1))],
    ["a PING that is too short", controlFrame(6, Buffer.alloc(1))],
  ];
  for (const [what, bytes] of broken) {
    test(what, async () => {
      const socket = await connect();
      socket.write(bytes);
      await closed(socket);
    });
  }

  const unwanted: readonly (readonly [string, readonly string[]])[] = [
    ["a stream that the request does not name", ["error", "stdout", "stderr"]],
    ["a stream of no name that is known", ["error", "noise"]],
    ["a stream twice", ["error", "error"]],
    ["more streams than needed", ["error", "stdout", "stdin", "stdout"]],
  ];
  for (const [what, names] of unwanted) {
    test(what, async () => {
      const socket = await connect();
      await new SpdyClient(socket).openStreams(names);
      await closed(socket);
    });
  }

  test("a stream number twice", async () => {
    const socket = await connect();
    const client = new SpdyClient(socket);
    await client.openStream(1, { streamtype: "error" });
    await client.openStream(1, { streamtype: "stdout" });
    await closed(socket);
  });

  test("400 connections of random frames, before and after their streams are open", async () => {
    const random = seeded(20_260);
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 20 }, () => disturb(connect, random)));
    }
  });

  test("half a connection is none: a client that says it has ended is left", async () => {
    const socket = await connect();
    await new SpdyClient(socket).openStreams(["error", "stdout", "stdin"]);
    socket.end();
    await closed(socket);
  });

  test("the node still answers, runs nothing, and has no fault of its own", async () => {
    assert.equal((await ask(node, "/healthz")).text, "ok");
    assert.deepEqual(node.faults, []);
  });
});

async function disturb(connect: () => Promise<Duplex>, random: () => number): Promise<void> {
  const socket = await connect();
  const client = new SpdyClient(socket);
  socket.on("error", () => {}); // cut off while it is written to
  if (random() < 0.5) await client.openStreams(["error", "stdout", "stdin"]);
  for (let i = 0; i < 8; i++) socket.write(randomFrame(random));
  socket.end();
  await closed(socket);
}

function randomFrame(random: () => number): Buffer {
  const number = (below: number): number => Math.floor(random() * below);
  const payload = Buffer.from(Array.from({ length: number(40) }, () => number(256)));
  const kind = number(4);
  if (kind === 0) return payload;
  return kind === 1 ? dataFrame(number(9), payload, random() < 0.3) : controlFrame(number(10), payload, number(2));
}

async function closed(socket: Duplex): Promise<void> {
  socket.on("error", () => {}); // a reset is an end too
  socket.resume();
  // `once` of node:events would take such an end for a failure.
  if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
}
