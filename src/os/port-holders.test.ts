import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { openPorts, portHolders } from "./port-holders.ts";

/** Another process that opens a port of the loopback; gives the port. */
async function opened(script: string) {
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await once(child.stdout, "data");
  return {
    pid: child.pid,
    port: Number(said),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

test("the holder of a TCP port is named by process and program, and the UDP port of that number is free", async () => {
  const script = "const s = net.createServer().listen(0, '127.0.0.1', () => console.log(s.address().port))";
  await using other = await opened(script);
  const [tcp, udp] = (["TCP", "UDP"] as const).map((protocol) => ({ protocol, port: other.port }));
  assert.ok(tcp !== undefined && udp !== undefined);
  const holders = await portHolders([tcp, udp], "leftOut");
  assert.deepEqual([...holders.keys()], [tcp]);
  assert.equal(holders.get(tcp)?.[0]?.pid, other.pid);
  assert.notEqual(holders.get(tcp)?.[0]?.command, "");
});

test("a UDP port has a holder too", async () => {
  const script = "const s = dgram.createSocket('udp4').bind(0, '127.0.0.1', () => console.log(s.address().port))";
  await using other = await opened(script);
  const question = { protocol: "UDP", port: other.port } as const;
  assert.equal((await portHolders([question], "leftOut")).get(question)?.[0]?.pid, other.pid);
});

test("what this process listens at is its own, and a free port is nobody's", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const question = { protocol: "TCP", port: address.port } as const;
  assert.equal((await portHolders([question], "leftOut")).size, 0);
  assert.equal((await portHolders([question], "counted")).get(question)?.[0]?.pid, process.pid);
  server.close();
  await once(server, "close");
  assert.equal((await portHolders([question], "counted")).size, 0);
});

test("a connection from a port is no listener on it", () => {
  const text = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 00000000:7530 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1",
    "   1: 0100007F:7530 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4712 1",
  ].join("\n");
  assert.deepEqual(openPorts(text, "0A"), [{ port: 30_000, inode: "4711" }]);
});
