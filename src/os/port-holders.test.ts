import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { openPorts, portHolders } from "./port-holders.ts";

test("the holder of a TCP port is named by process and program", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const question = { protocol: "TCP", port: address.port } as const;
  const [holder, ...others] = await portHolders(question);
  assert.equal(holder?.pid, process.pid);
  assert.notEqual(holder?.command, "");
  assert.deepEqual(others, []);
  server.close();
  await once(server, "close");
  assert.deepEqual(await portHolders(question), []);
});

test("a UDP port has a holder too, and the TCP port of that number is free", async () => {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  assert.deepEqual(
    (await portHolders({ protocol: "UDP", port })).map(({ pid }) => pid),
    [process.pid],
  );
  assert.deepEqual(await portHolders({ protocol: "TCP", port }), []);
  socket.close();
});

test("a connection from a port is no listener on it", () => {
  const text = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 00000000:7530 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1",
    "   1: 0100007F:7530 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4712 1",
  ].join("\n");
  assert.deepEqual(openPorts(text, { protocol: "TCP", port: 30_000 }), ["4711"]);
});
