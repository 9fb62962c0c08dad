import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createSecureServer, type ServerHttp2Stream } from "node:http2";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { configMaps } from "#api/core/config-map.ts";
import { informer } from "#client/informer.ts";
import { type Access, readKubeconfig, showKubeconfig } from "#client/kubeconfig.ts";
import { refusedFor, resourceClient } from "#client/resource.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import { Unreachable } from "#client/transport.ts";
import { createAuthority } from "#os/pki.ts";
import { type Listener, listen } from "#server/connections/listen.ts";
import { freePort } from "../harness/cluster.ts";
import { eventually } from "../harness/eventually.ts";
import { serve } from "../server/served.ts";

interface Secured extends AsyncDisposable {
  readonly access: Access;
  /** Cuts every connection and listens again at the same port. */
  readonly restart: () => Promise<void>;
}

const hour = () => ({ from: Date.now() - 60_000, to: Date.now() + 3_600_000 });

async function secure(): Promise<Secured> {
  const served = await serve();
  const authority = await createAuthority("test-ca", hour());
  const serving = await authority.forServer({ name: "server" }, ["127.0.0.1"], hour());
  const user = await authority.forClient({ name: "alice", organizations: ["system:masters"] }, hour());
  const options = { address: "127.0.0.1", serving, clientCa: authority.certificate };
  let listener: Listener = await listen(served.server, { ...options, port: 0 });
  const { port } = listener;
  const folder = await mkdtemp(join(tmpdir(), "portolan-tls-"));
  const path = join(folder, "kubeconfig");
  const named = { name: "test", server: `https://127.0.0.1:${port}`, ca: authority.certificate };
  await writeFile(path, showKubeconfig({ ...named, cert: user.certificate, key: user.key }));
  return {
    access: await readKubeconfig(path),
    async restart() {
      await listener.close();
      listener = await listen(served.server, { ...options, port });
    },
    async [Symbol.asyncDispose]() {
      await listener.close();
      await served[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

test("requests and watches go over one TLS connection, as who the kubeconfig says", async () => {
  await using secured = await secure();
  const transport = tlsTransport(secured.access);
  const client = resourceClient(transport, configMaps);
  const copy = informer(transport, configMaps, { namespace: "default" });
  await copy.synced();
  const name = "zürich"; // refused, in the server's words
  await assert.rejects(client.create("default", { metadata: { name, namespace: "default" } }), (fault) =>
    refusedFor(fault, "Invalid"),
  );
  await assert.rejects(client.get("default", "nothing"), {
    code: "NotFound",
    message: 'configmaps "nothing" not found',
  });
  await client.create("default", {
    metadata: { name: "large", namespace: "default" },
    data: { text: "ü".repeat(200_000) },
  });
  await eventually("the copy", () => copy.get("default", "large")?.data?.text?.length === 200_000, { seconds: 10 });
  copy.stop();
  transport.close();
});

test("after a restart of the server the same transport and the same informer go on", async () => {
  await using secured = await secure();
  const transport = tlsTransport(secured.access);
  const client = resourceClient(transport, configMaps);
  const backoff = { firstSeconds: 0.005, longestSeconds: 0.05, random: () => 0.5 };
  const copy = informer(transport, configMaps, { namespace: "default", backoff });
  await copy.synced();
  for (const name of ["a", "b", "c"]) {
    await secured.restart();
    await eventually("the server again", () => client.create("default", { metadata: { name, namespace: "default" } }), {
      seconds: 10,
    });
    await eventually(`${name} in the copy`, () => copy.get("default", name), { seconds: 10 });
  }
  copy.stop();
  transport.close();
});

test("no certificate: 401; nobody there, a stranger's certificate, or a closed transport: Unreachable", async () => {
  await using secured = await secure();
  const list = async (access: Access) => {
    const transport = tlsTransport(access);
    try {
      return await resourceClient(transport, configMaps).list("default");
    } finally {
      transport.close();
    }
  };
  await assert.rejects(list({ ...secured.access, certificate: undefined }), { code: "Unauthorized" });
  await assert.rejects(list({ ...secured.access, ca: (await createAuthority("other", hour())).certificate }), {
    code: "Unreachable",
  });
  await assert.rejects(list({ ...secured.access, server: `https://127.0.0.1:${await freePort()}` }), Unreachable);
  const transport = tlsTransport(secured.access);
  transport.close();
  await assert.rejects(resourceClient(transport, configMaps).list("default"), Unreachable);
});

/** Passes bytes on to `port` until `vanish`; then it stays connected and mute. Port 0: it is mute from the start. */
async function relay(port: number): Promise<AsyncDisposable & { readonly port: number; readonly vanish: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    sockets.add(near.resume());
    near.on("error", () => {});
    if (port === 0) return;
    const far = connect(port, "127.0.0.1");
    sockets.add(far.on("error", () => {}));
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    vanish() {
      for (const socket of sockets) socket.unpipe().resume();
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
const impatient = { silenceMs: 50, pongMs: 50, connectMs: 300 };

test("a server that accepts and never says a word is given up", async () => {
  await using secured = await secure();
  await using mute = await relay(0);
  const transport = tlsTransport({ ...secured.access, server: `https://127.0.0.1:${mute.port}` }, impatient);
  await assert.rejects(resourceClient(transport, configMaps).list("default"), Unreachable);
  transport.close();
});

test("a server that vanishes without a word in the middle of a watch is noticed by a ping", async () => {
  await using secured = await secure();
  await using path = await relay(Number(new URL(secured.access.server).port));
  const transport = tlsTransport({ ...secured.access, server: `https://127.0.0.1:${path.port}` }, impatient);
  const client = resourceClient(transport, configMaps);
  const { resourceVersion } = await client.list("default");
  const watch = client.watch("default", { resourceVersion, signal: new AbortController().signal });
  const next = watch[Symbol.asyncIterator]().next();
  await client.create("default", { metadata: { name: "last", namespace: "default" } });
  assert.equal((await next).done, false);
  await pause(4 * impatient.silenceMs); // long enough for several pings, all of them answered
  path.vanish();
  await assert.rejects(async () => {
    for await (const _ of watch);
  }, Unreachable);
  transport.close();
});

test("the conditions of a deletion reach the server", async () => {
  await using secured = await secure();
  const transport = tlsTransport(secured.access);
  const client = resourceClient(transport, configMaps);
  await client.create("default", { metadata: { name: "kept" } });
  const otherUid = { preconditions: { uid: "00000000-0000-0000-0000-000000000000" } };
  await assert.rejects(client.delete("default", "kept", otherUid), (fault) => refusedFor(fault, "Conflict"));
  assert.equal((await client.get("default", "kept")).metadata.name, "kept");
  transport.close();
});

test("a watch that is cut in the middle of a line tells the lines before it, and that the server is gone", async () => {
  const authority = await createAuthority("test-ca", hour());
  const serving = await authority.forServer({ name: "server" }, ["127.0.0.1"], hour());
  const server = createSecureServer({ cert: serving.certificate, key: serving.key });
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.on("error", () => {}); // the cut
    stream.respond({ ":status": 200 });
    stream.write('{"zürich":1}\n{"whole":2}\n{"ha', () => setTimeout(() => stream.session?.socket.destroy(), 50));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const access: Access = {
    server: `https://127.0.0.1:${port}`,
    ca: authority.certificate,
    certificate: undefined,
    token: undefined,
    tokenFile: undefined,
    serverName: undefined,
    insecure: false,
    namespace: "default",
  };
  const transport = tlsTransport(access);
  const answer = await transport.send({ method: "GET", path: "/", headers: {}, body: undefined });
  const lines: string[] = [];
  await assert.rejects(async () => {
    for await (const line of answer.lines()) lines.push(line);
  }, Unreachable);
  assert.deepEqual(lines, ['{"zürich":1}', '{"whole":2}']);
  transport.close();
  server.close();
});
