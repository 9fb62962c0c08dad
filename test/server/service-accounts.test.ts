import assert from "node:assert/strict";
import { test } from "node:test";
import { type Served, serve } from "./served.ts";

const pods = "/api/v1/namespaces/default/pods";
const accounts = "/api/v1/namespaces/default/serviceaccounts";
const path = "/var/run/secrets/kubernetes.io/serviceaccount";
const main = { name: "main", image: "nginx" };

async function make(served: Served, name: string, spec: object = {}, metadata: object = {}) {
  const told = await served.send("POST", pods, {
    body: { metadata: { name, ...metadata }, spec: { containers: [main], ...spec } },
  });
  assert.equal(told.status, 201, told.text);
  return told;
}

test("a pod that says nothing finds what it needs to reach the API", async () => {
  await using served = await serve();
  const other = { name: "other", image: "nginx", volumeMounts: [{ name: "own", mountPath: path }] };
  const volumes = [{ name: "own", emptyDir: {} }];
  const told = await make(served, "web", {
    initContainers: [{ ...main, name: "first" }],
    containers: [main, other],
    volumes,
  });
  assert.equal(told.at("spec", "serviceAccountName"), "default");
  assert.equal(told.at("spec", "serviceAccount"), "default");
  const name = String(told.at("spec", "volumes", 1, "name"));
  assert.match(name, /^kube-api-access-[a-z0-9]{5}$/);
  const mount = [{ name, readOnly: true, mountPath: path }];
  assert.deepEqual(told.at("spec", "initContainers", 0, "volumeMounts"), mount);
  assert.deepEqual(told.at("spec", "containers", 0, "volumeMounts"), mount);
  assert.deepEqual(told.at("spec", "containers", 1, "volumeMounts"), other.volumeMounts, "its own stays");
  assert.deepEqual(told.at("spec", "volumes", 1, "projected"), {
    defaultMode: 0o644,
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      {
        downwardAPI: {
          items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
        },
      },
    ],
  });
});

test("a volume of that name is used and not made anew; one that nobody mounts is not made", async () => {
  await using served = await serve();
  const volume = { name: "kube-api-access-mine", emptyDir: {} };
  const own = await make(served, "own", { volumes: [volume] });
  assert.deepEqual(own.at("spec", "volumes"), [volume]);
  assert.equal(own.at("spec", "containers", 0, "volumeMounts", 0, "name"), volume.name);
  const elsewhere = { name: "e", emptyDir: {} };
  const containers = [{ ...main, volumeMounts: [{ name: "e", mountPath: path }] }];
  const none = await make(served, "none", { containers, volumes: [elsewhere] });
  assert.deepEqual(none.at("spec", "volumes"), [elsewhere]);
});

for (const { account, pod, isMounted } of [
  { account: undefined, pod: undefined, isMounted: true },
  { account: false, pod: undefined, isMounted: false },
  { account: false, pod: true, isMounted: true },
  { account: true, pod: false, isMounted: false },
])
  test(`automountServiceAccountToken ${pod} on a pod, ${account} on its account: ${isMounted ? "a" : "no"} token`, async () => {
    await using served = await serve();
    const made = {
      metadata: { name: "robot" },
      ...(account !== undefined && { automountServiceAccountToken: account }),
    };
    assert.equal((await served.send("POST", accounts, { body: made })).status, 201);
    const spec = { serviceAccountName: "robot", ...(pod !== undefined && { automountServiceAccountToken: pod }) };
    assert.equal((await make(served, "web", spec)).at("spec", "volumes", 0) !== undefined, isMounted);
  });

test("the account is known by its old field too, and lends its pull secrets to pods that have none", async () => {
  await using served = await serve();
  const account = { metadata: { name: "robot" }, imagePullSecrets: [{ name: "registry" }] };
  assert.equal((await served.send("POST", accounts, { body: account })).status, 201);
  const told = await make(served, "web", { serviceAccount: "robot" });
  assert.equal(told.at("spec", "serviceAccountName"), "robot");
  assert.deepEqual(told.at("spec", "imagePullSecrets"), [{ name: "registry" }]);
  const own = await make(served, "own", { serviceAccountName: "robot", imagePullSecrets: [{ name: "mine" }] });
  assert.deepEqual(own.at("spec", "imagePullSecrets"), [{ name: "mine" }]);
});

test("a pod of nobody is refused", async () => {
  await using served = await serve();
  const body = { metadata: { name: "web" }, spec: { serviceAccountName: "nobody", containers: [main] } };
  const told = await served.send("POST", pods, { body });
  assert.equal(told.status, 403);
  assert.equal(
    told.at("message"),
    'pods "web" is forbidden: error looking up service account default/nobody: serviceaccount "nobody" not found',
  );
});

test("a pod made in the first moment of its namespace waits for the account that a controller makes there", async () => {
  await using served = await serve();
  assert.equal((await served.send("POST", "/api/v1/namespaces", { body: { metadata: { name: "new" } } })).status, 201);
  const body = { metadata: { name: "web" }, spec: { containers: [main] } };
  const asked = served.send("POST", "/api/v1/namespaces/new/pods", { body });
  const other = { metadata: { name: "default-robot" } };
  for (const account of [other, { metadata: { name: "default" } }])
    assert.equal((await served.send("POST", "/api/v1/namespaces/new/serviceaccounts", { body: account })).status, 201);
  assert.equal((await asked).status, 201);
});

const source = { serviceAccountToken: { path: "token" } };
for (const { what, spec, why } of [
  {
    what: "an account",
    spec: { serviceAccountName: "default" },
    why: "a mirror pod may not reference service accounts",
  },
  { what: "a Secret", spec: { imagePullSecrets: [{ name: "s" }] }, why: "a mirror pod may not reference secrets" },
  {
    what: "a token",
    spec: { volumes: [{ name: "t", projected: { sources: [source] } }] },
    why: "a mirror pod may not use ServiceAccountToken volume projections",
  },
])
  test(`a pod that mirrors a node's own file may not name ${what}`, async () => {
    await using served = await serve();
    const annotations = { "kubernetes.io/config.mirror": "x" };
    const body = { metadata: { name: "web", annotations }, spec: { containers: [main], ...spec } };
    const told = await served.send("POST", pods, { body });
    assert.equal(told.at("message"), `pods "web" is forbidden: ${why}`);
  });

test("a pod that mirrors a node's own file is nobody towards the API", async () => {
  await using served = await serve();
  const told = await make(served, "web", {}, { annotations: { "kubernetes.io/config.mirror": "x" } });
  assert.equal(told.at("spec", "serviceAccountName"), undefined);
  assert.equal(told.at("spec", "volumes"), undefined);
});
