import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { relay } from "./relay.ts";

/** Another address of the loopback plays the node's. */
const [localhost, node] = ["127.0.0.1", "127.0.0.2"];

async function tcpServer(onNode: string) {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("data", (chunk) => socket.write(`heard ${chunk}`));
    socket.on("end", () => socket.end(" and bye"));
  }).listen(0, onNode);
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return { port: address.port, close: () => server.close() };
}

test("a TCP connection to localhost reaches the node's port, each half ends by itself", async () => {
  const server = await tcpServer(node);
  const opening = await relay({ protocol: "TCP", from: localhost, to: node, port: server.port });
  const client = connect({ host: localhost, port: server.port, allowHalfOpen: true });
  client.end("hello");
  assert.equal(await text(client), "heard hello and bye");
  await opening.close();
  server.close();
});

test("where nobody answers at the node's port the client's connection is reset", async () => {
  const server = await tcpServer(node);
  const { port } = server;
  const opening = await relay({ protocol: "TCP", from: localhost, to: node, port });
  server.close();
  const client = connect({ host: localhost, port });
  client.write("hello");
  const [fault] = await once(client, "error");
  assert.equal(fault.code, "ECONNRESET");
  await opening.close();
});

test("a UDP client of localhost keeps one flow to the node's port, and gets its answers", async () => {
  const server = createSocket("udp4").bind(0, node);
  await once(server, "listening");
  server.on("message", (message, from) => server.send(`${message} from ${from.port}`, from.port, from.address));
  const { port } = server.address();
  const opening = await relay({ protocol: "UDP", from: localhost, to: node, port });
  const client = createSocket("udp4").bind(0, localhost);
  const said: string[] = [];
  for (const word of ["one", "two"]) {
    client.send(word, port, localhost);
    const [answer] = await once(client, "message");
    said.push(String(answer));
  }
  const flows = new Set(said.map((one) => one.replace(/^\w+ /, "")));
  assert.equal(flows.size, 1, said.join(", "));
  client.close();
  await opening.close();
  server.close();
});

test("a port of localhost that somebody has is refused by the system's error", async () => {
  const server = await tcpServer(localhost);
  await assert.rejects(relay({ protocol: "TCP", from: localhost, to: node, port: server.port }), {
    code: "EADDRINUSE",
  });
  await assert.doesNotReject(async () => {
    const opening = await relay({ protocol: "UDP", from: localhost, to: node, port: server.port });
    await opening.close();
  });
  server.close();
});
