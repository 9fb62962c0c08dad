import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ingresses } from "#api/networking/ingress.ts";
import { informers } from "#client/informers.ts";
import { resourceClient } from "#client/resource.ts";
import { keepHostNames } from "#daemons/dns/host-names.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { eventually } from "../harness/eventually.ts";
import { administrator, serve } from "../server/served.ts";

test("the hosts file names the hosts of Ingresses while they have addresses", async () => {
  await using served = await serve();
  const folder = await mkdtemp(join(tmpdir(), "portolan-hosts-"));
  await using cleaning = new AsyncDisposableStack();
  cleaning.defer(() => rm(folder, { recursive: true }));
  const file = join(folder, "hosts");
  await writeFile(file, "127.0.0.1 localhost\n");
  const transport = inProcessTransport(served.server, administrator);
  const followed = informers(transport);
  cleaning.defer(() => followed.stop());
  const names = keepHostNames({
    ingresses: followed.of(ingresses),
    domain: "cluster.local",
    block: { file, holder: "portolan" },
    failed: ({ fault }) => assert.fail(String(fault)),
  });
  cleaning.defer(() => names.stop());
  const lines = async () => (await readFile(file, "utf8")).trim().split("\n").slice(2, -1);
  const client = resourceClient(transport, ingresses);
  const service = { name: "web", port: { number: 80 } };
  await client.create("default", {
    metadata: { name: "web" },
    spec: {
      defaultBackend: { service },
      rules: [{ host: "shop.example.com" }, { host: "*.example.com" }, { host: "a.cluster.local" }],
    },
  });
  const tell = (...ips: readonly string[]) =>
    client.patch("default", "web", {
      type: "merge",
      subresource: "status",
      body: { status: { loadBalancer: { ingress: ips.map((ip) => ({ ip })) } } },
    });
  await tell("172.30.0.129", "fd00::129");
  const wanted = ["172.30.0.129 shop.example.com", "fd00::129 shop.example.com"];
  await eventually("both addresses", async () => (await lines()).join() === wanted.join(), { seconds: 10 });
  await client.delete("default", "web");
  await eventually("the file as it was", async () => (await readFile(file, "utf8")) === "127.0.0.1 localhost\n", {
    seconds: 10,
  });
});
