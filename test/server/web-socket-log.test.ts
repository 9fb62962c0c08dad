import assert from "node:assert/strict";
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import WebSocket from "ws";
import { eventually } from "../harness/eventually.ts";
import { type FakeNode, startFakeNode } from "../kubelet/fake-node.ts";
import type { Listening } from "./listening.ts";
import { shopOn, shopPods } from "./shop.ts";

let node: FakeNode;
let server: Listening;
before(async () => {
  node = await startFakeNode();
  server = await shopOn(node);
  await writeFile(join(node.folder, "web.log"), "2026-11-21T10:00:00.000000000Z stdout F öne\n");
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await node.stop();
});

interface Log {
  readonly socket: WebSocket;
  readonly messages: { readonly bytes: Buffer; readonly isBinary: boolean }[];
  isClosed: boolean;
}
async function follow(path: string, protocols: readonly string[] = []): Promise<Log> {
  const { port, authority, client } = server;
  const credentials = { ca: authority.certificate, cert: client.certificate, key: client.key };
  const socket = new WebSocket(`wss://127.0.0.1:${port}${path}`, [...protocols], credentials);
  const log: Log = { socket, messages: [], isClosed: false };
  socket.on("message", (bytes: Buffer, isBinary) => log.messages.push({ bytes, isBinary }));
  socket.once("close", () => (log.isClosed = true));
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return log;
}
const log = `${shopPods}/web-0/log`;
const asBytes = ({ messages }: Log): string => Buffer.concat(messages.map(({ bytes }) => bytes)).toString();
const fromText = ({ messages }: Log): string =>
  Buffer.concat(messages.map(({ bytes }) => Buffer.from(bytes.toString(), "base64"))).toString();
const soon = { seconds: 5 };

for (const [protocols, chosen, isBinary, read] of [
  [[], "", true, asBytes],
  [["binary.k8s.io"], "binary.k8s.io", true, asBytes],
  [["base64.binary.k8s.io"], "base64.binary.k8s.io", false, fromText],
  [["v9.k8s.io", "base64.binary.k8s.io", "binary.k8s.io"], "base64.binary.k8s.io", false, fromText],
] as const)
  test(`a log over a WebSocket that offers ${protocols.join(", ") || "no sub-protocol"}`, async () => {
    const got = await follow(log, protocols);
    await eventually("its end", () => got.isClosed, soon);
    assert.equal(got.socket.protocol, chosen);
    assert.equal(got.messages[0]?.bytes.length, 0, "a first message tells that it has begun");
    assert.deepEqual([...new Set(got.messages.slice(1).map((one) => one.isBinary))], [isBinary]);
    assert.equal(read(got), "öne\n");
  });

test("a log is followed, and no more once its reader has gone", async () => {
  const got = await follow(`${log}?follow=true&tailLines=1`);
  await eventually("what there was", () => asBytes(got) === "öne\n", soon);
  await appendFile(join(node.folder, "web.log"), "2026-11-21T10:00:01.000000000Z stdout F two\n");
  await eventually("the new line", () => asBytes(got) === "öne\ntwo\n", soon);
  got.socket.close();
  await eventually("the end", () => got.isClosed, soon);
});

for (const [why, path, protocols, status] of [
  ["a sub-protocol that nobody speaks", log, ["v4.channel.k8s.io"], 400],
  ["a pod that is not there", `${shopPods}/none/log`, [], 404],
  ["a limit of nothing", `${log}?limitBytes=0`, [], 422],
] as const)
  test(`refused before there is a WebSocket: ${why}`, () =>
    assert.rejects(follow(path, protocols), new RegExp(`Unexpected server response: ${status}`)));
