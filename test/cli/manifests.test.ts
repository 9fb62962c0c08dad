import assert from "node:assert/strict";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readManifests } from "#cli/manifests.ts";
import { applyManifest } from "#client/apply.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { administrator, serve } from "../server/served.ts";

const manifests = `apiVersion: extensions/v1beta1
kind: Ingress
metadata: {name: front}
spec:
  rules:
  - host: a.example.com
    http: {paths: [{path: /x, backend: {serviceName: web, servicePort: 80}}]}
---
apiVersion: apps/v1beta1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
`;

test("manifests of old versions are applied as those of new ones", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "ptl-manifests-"));
  const file = join(folder.path, "old.yaml");
  await writeFile(file, manifests);
  await using served = await serve();
  const api = inProcessTransport(served.server, administrator);
  const outcomes = async () => {
    const read = await readManifests([file], "default");
    return Promise.all(read.map((one) => applyManifest(api, one)));
  };
  assert.deepEqual(await outcomes(), ["created", "created"]);
  assert.deepEqual(await outcomes(), ["unchanged", "unchanged"]);
  const ingress = await served.send("GET", "/apis/networking.k8s.io/v1/namespaces/default/ingresses/front");
  assert.deepEqual(ingress.at("spec", "rules", 0, "http", "paths", 0, "backend", "service"), {
    name: "web",
    port: { number: 80 },
  });
  const deployment = await served.send("GET", "/apis/apps/v1/namespaces/default/deployments/web");
  assert.deepEqual(deployment.at("spec", "selector"), { matchLabels: { app: "web" } });
});
