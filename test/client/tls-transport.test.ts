import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { configMaps } from "#api/core/config-map.ts";
import { informer } from "#client/informer.ts";
import { type Access, readKubeconfig, showKubeconfig } from "#client/kubeconfig.ts";
import { refusedFor, resourceClient } from "#client/resource.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import { Unreachable } from "#client/transport.ts";
import { type Listener, listen } from "#server/listen.ts";
import { makeAuthority } from "../harness/certificates.ts";
import { freePort } from "../harness/cluster.ts";
import { eventually } from "../harness/eventually.ts";
import { serve } from "../server/served.ts";

interface Secured extends AsyncDisposable {
  readonly access: Access;
  /** Cuts every connection and listens again at the same port. */
  readonly restart: () => Promise<void>;
}

async function secure(): Promise<Secured> {
  const served = await serve();
  const authority = await makeAuthority("test-ca");
  const [serving, user] = [await authority.issue("CN=server"), await authority.issue("CN=alice, O=system:masters")];
  const options = {
    address: "127.0.0.1",
    serving: { certificate: serving.cert, key: serving.key },
    clientCa: authority.cert,
  };
  let listener: Listener = await listen(served.server, { ...options, port: 0 });
  const { port } = listener;
  const folder = await mkdtemp(join(tmpdir(), "portolan-tls-"));
  const path = join(folder, "kubeconfig");
  const named = { name: "test", server: `https://127.0.0.1:${port}`, ca: authority.cert };
  await writeFile(path, showKubeconfig({ ...named, ...user }));
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
  await assert.rejects(list({ ...secured.access, ca: (await makeAuthority("other")).cert }), { code: "Unreachable" });
  await assert.rejects(list({ ...secured.access, server: `https://127.0.0.1:${await freePort()}` }), Unreachable);
  const transport = tlsTransport(secured.access);
  transport.close();
  await assert.rejects(resourceClient(transport, configMaps).list("default"), Unreachable);
});

test("a server that accepts and never says a word is given up", async () => {
  await using stack = new AsyncDisposableStack();
  const mute = createServer(() => {});
  stack.defer(() => new Promise<void>((resolve) => mute.close(() => resolve())));
  const port = await new Promise<number>((resolve) => {
    mute.listen(0, "127.0.0.1", () => {
      const address = mute.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  const access: Access = {
    server: `https://127.0.0.1:${port}`,
    ca: undefined,
    certificate: undefined,
    token: undefined,
    serverName: undefined,
    insecure: true,
    namespace: "default",
  };
  const transport = tlsTransport(access, { silenceMs: 50, pongMs: 50, connectMs: 100 });
  await assert.rejects(resourceClient(transport, configMaps).list("default"), Unreachable);
  transport.close();
});
