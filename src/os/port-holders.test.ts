import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { openPorts, portHolder } from "./port-holders.ts";

test("the holder of a TCP port is named by process and program", async () => {
  const server = createServer().listen(0, "0.0.0.0");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const { port } = address;
  const holder = await portHolder({ protocol: "TCP", port }, { beyondLoopback: true });
  assert.equal(holder?.pid, process.pid);
  assert.notEqual(holder?.command, "");
  server.close();
  await once(server, "close");
  assert.equal(await portHolder({ protocol: "TCP", port }, { beyondLoopback: true }), undefined);
});

test("who listens on localhost alone is in nobody's way beyond it", async () => {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const question = { protocol: "UDP", port: socket.address().port } as const;
  assert.equal(await portHolder(question, { beyondLoopback: true }), undefined);
  assert.equal((await portHolder(question, { beyondLoopback: false }))?.pid, process.pid);
  socket.close();
});

test("a connection from a port is no listener on it", () => {
  const text = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 00000000:7530 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1",
    "   1: 0100007F:7530 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4712 1",
  ].join("\n");
  assert.deepEqual(openPorts(text, { protocol: "TCP", port: 30_000 }), [{ address: "00000000", inode: "4711" }]);
});
