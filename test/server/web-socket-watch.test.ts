import assert from "node:assert/strict";
import { test } from "node:test";
import WebSocket from "ws";
import { eventually } from "../harness/eventually.ts";
import { type Listening, listening } from "./listening.ts";
import { partOf } from "./served.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const configMap = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });

interface Watched {
  readonly socket: WebSocket;
  readonly messages: { readonly bytes: Buffer; readonly isBinary: boolean }[];
}

async function watch({ port, authority, client }: Listening, path: string, accept = "application/json") {
  const credentials = { ca: authority.certificate, cert: client.certificate, key: client.key };
  const socket = new WebSocket(`wss://127.0.0.1:${port}${path}`, { ...credentials, headers: { accept } });
  const watched: Watched = { socket, messages: [] };
  socket.on("message", (bytes: Buffer, isBinary) => watched.messages.push({ bytes, isBinary }));
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return watched;
}

const eventOf = (watched: Watched, at: number): unknown => JSON.parse(String(watched.messages[at]?.bytes));
const heard = (watched: Watched, count: number) =>
  eventually(`${count} messages`, async () => watched.messages.length >= count, { seconds: 10 });

test("a watch over a WebSocket tells each event in a message of text", async () => {
  await using server = await listening();
  const { send } = server.served;
  await send("POST", configMaps, { body: configMap("first") });
  const watched = await watch(server, `${configMaps}?watch=true`);
  await send("POST", configMaps, { body: configMap("second") });
  await send("DELETE", `${configMaps}/first`);
  await heard(watched, 3);
  const told = watched.messages.map((_, at) => [
    partOf(eventOf(watched, at), ["type"]),
    partOf(eventOf(watched, at), ["object", "metadata", "name"]),
  ]);
  assert.deepEqual(told, [
    ["ADDED", "first"],
    ["ADDED", "second"],
    ["DELETED", "first"],
  ]);
  assert(watched.messages.every(({ isBinary }) => !isBinary));
  watched.socket.close();
});

test("a watch in protobuf over a WebSocket tells each event in a message of bytes, without a length before it", async () => {
  await using server = await listening();
  await server.served.send("POST", configMaps, { body: configMap("first") });
  const watched = await watch(server, `${configMaps}?watch=true`, "application/vnd.kubernetes.protobuf");
  await heard(watched, 1);
  const [{ bytes, isBinary } = { bytes: Buffer.of(), isBinary: false }] = watched.messages;
  assert(isBinary);
  // field 1 of WatchEvent, a text of five bytes
  assert.equal(bytes.subarray(0, 7).toString("latin1"), "\n\u0005ADDED");
  watched.socket.close();
});

test("the old way to ask for a watch works over a WebSocket too, and ends when its time is over", async () => {
  await using server = await listening();
  const watched = await watch(server, "/api/v1/watch/namespaces/default/configmaps?timeoutSeconds=1");
  await new Promise((resolve) => watched.socket.once("close", resolve));
});

test("a watch that can't be is refused before there is a WebSocket", async () => {
  await using server = await listening();
  for (const [path, status] of [
    ["/api/v1/namespaces/default/none?watch=true", 404],
    [`${configMaps}?watch=true&resourceVersion=x`, 400],
  ] as const)
    await assert.rejects(watch(server, path), new RegExp(`Unexpected server response: ${status}`));
});

test("a client that leaves ends its watch", async () => {
  await using server = await listening();
  const { send } = server.served;
  const watched = await watch(server, `${configMaps}?watch=true`);
  const open = async () =>
    /apiserver_longrunning_requests\{[^}]*resource="configmaps"[^}]*\} (\d+)/.exec(
      (await send("GET", "/metrics")).text,
    )?.[1];
  await eventually("the watch to be counted", async () => (await open()) === "1", { seconds: 10 });
  watched.socket.terminate();
  await eventually("the watch to be over", async () => (await open()) === "0", { seconds: 10 });
});
