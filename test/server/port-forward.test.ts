import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { type FakeNode, startFakeNode } from "../kubelet/fake-node.ts";
import { ForwardClient } from "../kubelet/forward-client.ts";
import type { Listening } from "./listening.ts";
import { shopOn, shopPods } from "./shop.ts";
import { Tunnel } from "./tunnel-client.ts";

const soon = { seconds: 5 };
const pathOf = (pod: string, query = ""): string => `${shopPods}/${pod}/portforward${query}`;

let node: FakeNode;
let server: Listening;
/** Echoes until its client ends. */
const program = createServer({ allowHalfOpen: true }, (socket) => {
  open.add(socket);
  socket.on("error", () => {}).once("close", () => open.delete(socket));
  socket.pipe(socket);
});
const open = new Set<Socket>();
let port = 0;

before(async () => {
  node = await startFakeNode({ openingSeconds: 30, pingSeconds: 0.05 });
  server = await shopOn(node);
  await new Promise<void>((resolve) => program.listen(0, "127.0.0.1", resolve));
  const address = program.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await node.stop();
  program.close();
});

const forwardClient = async (): Promise<{ tunnel: Tunnel; client: ForwardClient }> => {
  const tunnel = await Tunnel.open(server, pathOf("web-0"));
  return { tunnel, client: ForwardClient.over(tunnel) };
};

test("SPDY inside a WebSocket reaches the agent as SPDY, and the sub-protocol is answered with its prefix", async () => {
  const { tunnel, client } = await forwardClient();
  assert.equal(tunnel.protocol, "SPDY/3.1+portforward.k8s.io");
  await client.open(1, port);
  await client.spdy.send(3, Buffer.alloc(300_000, "x"), true);
  await eventually("all came back", () => client.on(3).bytes === 300_000 && client.on(3).end === "half-closed", soon);
  tunnel.destroy();
});

test("a client that goes away takes its connections with it", async () => {
  const { tunnel, client } = await forwardClient();
  await client.open(1, port);
  await eventually("it is open", () => open.size === 1, soon);
  tunnel.destroy();
  await eventually("it is gone", () => open.size === 0, soon);
});

test("a client that answers nothing any more is noticed, and its WebSocket closed with 1000", async () => {
  const { tunnel, client } = await forwardClient();
  await client.open(1, port);
  await eventually("it is open", () => open.size === 1, soon);
  await eventually("it is gone", () => open.size === 0, soon);
  await eventually("it is closed", () => tunnel.closedWith === 1000, soon);
});

const wrong: readonly (readonly [string, number, Buffer, number])[] = [
  ["text", 1, Buffer.from("hello"), 1003],
  ["a message of 2 MiB", 2, Buffer.alloc(2 << 20), 1009],
];
for (const [what, opcode, payload, code] of wrong)
  test(`${what}: the WebSocket is closed with ${code}, and the agent's connection with it`, async () => {
    const { tunnel, client } = await forwardClient();
    await client.open(1, port);
    await eventually("it is open", () => open.size === 1, soon);
    await tunnel.message(opcode, payload);
    await eventually("it is closed", () => tunnel.closedWith === code, soon);
    tunnel.destroy();
    await eventually("it is gone", () => open.size === 0, soon);
  });

const refusals: readonly (readonly [string, string, string])[] = [
  ["a pod that is not there", pathOf("nope"), '404 pods "nope" not found'],
  ["a pod that the agent doesn't know", pathOf("gone"), "404 pod does not exist"],
  [
    "a pod that doesn't run yet",
    pathOf("waiting"),
    "400 unable to forward port because pod is not running. Current status=Pending",
  ],
  [
    "a pod that has ended",
    pathOf("done"),
    "400 unable to forward port because pod is not running. Current status=Succeeded",
  ],
  ...["0", "65536", "abc", "-1"].map((bad): readonly [string, string, string] => [
    `port ${bad}`,
    pathOf("web-0", `?ports=${bad}`),
    `400 ports: "${bad}" is no port: must be between 1 and 65535, inclusive`,
  ]),
];
for (const [what, path, answer] of refusals)
  test(`refused before the handshake, so that clients try SPDY next: ${what}`, () =>
    assert.rejects(Tunnel.open(server, path), { message: answer }));
