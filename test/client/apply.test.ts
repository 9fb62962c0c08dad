import assert from "node:assert/strict";
import { test } from "node:test";
import { services } from "#api/core/service.ts";
import { applyManifest } from "#client/apply.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { administrator, serve } from "../server/served.ts";

const path = "/api/v1/namespaces/default/services/web";
const manifest = (metadata: object, ports: readonly object[]) => ({
  kind: services,
  namespace: "default",
  name: "web",
  object: {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default", ...metadata },
    spec: { selector: { app: "web" }, ports },
  },
});
const http = { name: "http", port: 80 };
const https = { name: "https", port: 443 };

test("what a manifest no longer says is taken away, what others set stays", async () => {
  await using served = await serve();
  const api = inProcessTransport(served.server, administrator);
  const holds = { finalizers: ["example.com/a", "example.com/b"], labels: { constructor: "x", team: "blue" } };
  assert.equal(await applyManifest(api, manifest(holds, [http, https])), "created");
  assert.equal(await applyManifest(api, manifest(holds, [http, https])), "unchanged");
  const address = (await served.send("GET", path)).at("spec", "clusterIP");
  await served.send("PATCH", path, {
    body: { metadata: { labels: { others: "own" }, finalizers: [...holds.finalizers, "example.com/others"] } },
    headers: { "content-type": "application/merge-patch+json" },
  });
  const less = { finalizers: ["example.com/b"], labels: { team: "green" } };
  assert.equal(await applyManifest(api, manifest(less, [https])), "configured");
  const found = await served.send("GET", path);
  assert.deepEqual(found.at("metadata", "labels"), { team: "green", others: "own" });
  assert.deepEqual(found.at("metadata", "finalizers"), ["example.com/b", "example.com/others"]);
  assert.deepEqual([found.at("spec", "ports", 0, "name"), found.at("spec", "ports", 1)], ["https", undefined]);
  assert.equal(found.at("spec", "clusterIP"), address);
});

test("a list stands in the manifest's order, also after entries have changed places", async () => {
  await using served = await serve();
  const api = inProcessTransport(served.server, administrator);
  await applyManifest(api, manifest({}, [http, https]));
  const metrics = { name: "metrics", port: 9090 };
  assert.equal(await applyManifest(api, manifest({}, [metrics, https, http])), "configured");
  const ports = (await served.send("GET", path)).at("spec", "ports");
  assert.deepEqual(Array.isArray(ports) && ports.map(({ name }) => name), ["metrics", "https", "http"]);
  assert.equal(await applyManifest(api, manifest({}, [metrics, https, http])), "unchanged");
});

test("what is refused is not applied", async () => {
  await using served = await serve();
  const api = inProcessTransport(served.server, administrator);
  await assert.rejects(applyManifest(api, manifest({}, [{ name: "http", port: 0 }])), { code: "Invalid" });
  assert.equal((await served.send("GET", path)).status, 404);
});
