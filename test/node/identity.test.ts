import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { certificateSigningRequests } from "#api/certificates/certificate-signing-request.ts";
import { nodes } from "#api/core/node.ts";
import { secrets } from "#api/core/secret.ts";
import { informers } from "#client/informers.ts";
import type { Access } from "#client/kubeconfig.ts";
import { resourceClient } from "#client/resource.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import { blockSources } from "#core/nodes/pod-blocks.ts";
import { startControllers } from "#daemons/controllers/controllers.ts";
import type { Failure } from "#daemons/loop.ts";
import { CertificateRefused } from "#daemons/node/identity/certificate-request.ts";
import { keepNodeIdentity, obtainNodeIdentity } from "#daemons/node/identity/node-identity.ts";
import type { KeyPair } from "#os/pki.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { eventually } from "../harness/eventually.ts";
import { type Listening, listening } from "../server/listening.ts";
import { administrator } from "../server/served.ts";

const yearMs = 365 * 24 * 3600 * 1000;
const seconds = 10;

interface World extends AsyncDisposable {
  readonly api: Listening;
  readonly folder: string;
  /** By a bootstrap token. */
  readonly bootstrap: Access;
  readonly of: <O>(make: (transport: ReturnType<typeof inProcessTransport>) => O) => O;
  readonly failures: readonly Failure[];
  readonly failed: (failure: Failure) => void;
}

/** An API over TLS with a token in it, with the controllers unless they are left out, and an empty folder of a node. */
async function world({ decides = true } = {}): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const api = stack.use(await listening());
  const folder = await mkdtemp(join(tmpdir(), "ptl-identity-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const transport = stack.adopt(inProcessTransport(api.served.server, administrator), (one) => one.close());
  const followed = stack.adopt(informers(transport), (one) => one.stop());
  const failures: Failure[] = [];
  const failed = (failure: Failure) => failures.push(failure);
  if (decides)
    stack.adopt(
      startControllers({
        transport,
        informers: followed,
        now: Date.now,
        random: Math.random,
        elapsedMs: () => performance.now(),
        failed,
        graceSeconds: 40,
        podBlocks: blockSources([], 1),
        caPem: api.authority.certificate,
        caKey: api.authority.key,
      }),
      (one) => one.stop(),
    );
  await resourceClient(transport, secrets).create("kube-system", {
    metadata: { name: "bootstrap-token-abcdef", namespace: "kube-system" },
    type: "bootstrap.kubernetes.io/token",
    stringData: { "token-id": "abcdef", "token-secret": "0123456789abcdef", "usage-bootstrap-authentication": "true" },
  });
  const bootstrap: Access = {
    server: `https://127.0.0.1:${api.port}`,
    ca: api.authority.certificate,
    certificate: undefined,
    token: "abcdef.0123456789abcdef",
    tokenFile: undefined,
    serverName: undefined,
    insecure: false,
    namespace: "default",
  };
  const parts = stack.move();
  return {
    api,
    folder,
    bootstrap,
    of: (make) => make(transport),
    failures,
    failed,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

const identityOf = ({ api, folder }: World, now: () => number = Date.now) => ({
  nodeName: "n1",
  folder,
  ca: api.authority.certificate,
  now,
});
const accessOf = ({ bootstrap }: World, { certificate: cert, key }: KeyPair): Access => ({
  ...bootstrap,
  token: undefined,
  certificate: { cert, key },
});
const serialOf = ({ certificate }: KeyPair): string => new X509Certificate(certificate).serialNumber;
const signal = () => AbortSignal.timeout(seconds * 1000);

test("a newcomer gets a certificate for its token, keeps it in a file of its own, and is a node by it", async () => {
  await using it = await world();
  const made = await obtainNodeIdentity(identityOf(it), it.bootstrap, signal());
  const file = join(it.folder, "node-client.pem");
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const again = await obtainNodeIdentity(identityOf(it), { ...it.bootstrap, token: "none" }, signal());
  assert.equal(serialOf(again), serialOf(made), "the token is asked for once");
  const own = tlsTransport(accessOf(it, made));
  const node = await resourceClient(own, nodes).create("", { metadata: { name: "n1" } });
  assert.equal(node.metadata.name, "n1");
  own.close();
  await writeFile(file, "no certificate");
  const third = await obtainNodeIdentity({ ...identityOf(it), nodeName: "n2" }, it.bootstrap, signal());
  assert.notEqual(serialOf(third), serialOf(made));
});

test("both certificates are renewed in time, and the node goes on over the new one", async () => {
  await using it = await world();
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const first = await obtainNodeIdentity(identityOf(it, now), it.bootstrap, signal());
  const own = tlsTransport(accessOf(it, first));
  let addresses = ["10.0.0.1"];
  const tell = async (): Promise<void> => {
    const status = { addresses: addresses.map((address) => ({ type: "InternalIP", address })) };
    await resourceClient(own, nodes).patch("", "n1", { type: "merge", subresource: "status", body: { status } });
  };
  await resourceClient(own, nodes).create("", { metadata: { name: "n1" } });
  const renewed: { readonly purpose: string; readonly pair: KeyPair }[] = [];
  const kept = keepNodeIdentity({
    ...identityOf(it, now),
    transport: own,
    hosts: () => ["n1", ...addresses],
    renewed: (purpose, pair) => {
      renewed.push({ purpose, pair });
      if (purpose === "client") own.renew({ cert: pair.certificate, key: pair.key });
    },
    random: () => 0.5,
    failed: it.failed,
  });
  const told = () =>
    renewed.map(({ purpose, pair }) => `${purpose} ${new X509Certificate(pair.certificate).subjectAltName}`);
  await tell();
  await eventually("the serving certificate", () => renewed.length === 1, { seconds });
  assert.deepEqual(told(), ["serving DNS:n1, IP Address:10.0.0.1"]);

  addresses = ["10.0.0.2"];
  await tell();
  kept.changed();
  await eventually("one for the new address", () => renewed.length === 2, { seconds });
  assert.deepEqual(told().slice(1), ["serving DNS:n1, IP Address:10.0.0.2"]);

  // The authority of this test lives for an hour, and what it signs no longer.
  aheadMs = 0.85 * 3_600_000;
  kept.changed();
  await eventually("both renewed", () => renewed.length === 4, { seconds });
  assert.deepEqual(
    renewed
      .slice(2)
      .map(({ purpose }) => purpose)
      .toSorted(),
    ["client", "serving"],
  );
  await tell();
  const requests = await it.of((transport) => resourceClient(transport, certificateSigningRequests)).list("");
  assert.equal(requests.items.filter(({ spec }) => spec.username === "system:node:n1").length, 4);
  await kept.stop();
  own.close();
  assert.deepEqual(it.failures, []);
});

test("a request that is denied is told, and one that nobody decides is waited for until it is called off", async () => {
  await using it = await world({ decides: false });
  const requests = it.of((transport) => resourceClient(transport, certificateSigningRequests));
  const asked = obtainNodeIdentity(identityOf(it), it.bootstrap, signal());
  asked.catch(() => {});
  const [request] = await eventually(
    "the request",
    async () => {
      const { items } = await requests.list("");
      return items.length > 0 ? items : undefined;
    },
    { seconds },
  );
  assert.ok(request);
  const conditions = [{ type: "Denied", status: "True", reason: "NotOurs", message: "who is that?" }];
  await requests.updateAt("approval", { ...request, status: { conditions } });
  await assert.rejects(asked, (fault) => {
    assert.ok(fault instanceof CertificateRefused);
    assert.match(fault.message, /^the certificate request csr-\w+ came to nothing: Denied NotOurs: who is that\?$/);
    return true;
  });
  const calling = new AbortController();
  const waiting = obtainNodeIdentity(identityOf(it), it.bootstrap, calling.signal);
  calling.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
});

test("a certificate that is for serving is nobody's when it is shown to the API", async () => {
  await using it = await world({ decides: false });
  const validity = { from: Date.now() - 60_000, to: Date.now() + yearMs };
  const serving = await it.api.authority.forServer(
    { name: "system:node:n1", organizations: ["system:nodes"] },
    ["n1"],
    validity,
  );
  const own = tlsTransport(accessOf(it, serving));
  const refused = await own.send({ method: "GET", path: "/api/v1/nodes", headers: {}, body: undefined });
  assert.equal(refused.status, 401);
  own.close();
});
