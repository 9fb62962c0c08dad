import assert from "node:assert/strict";
import { test } from "node:test";
import { type Served, serve } from "./served.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const pods = "/api/v1/namespaces/default/pods";
const merge = { "content-type": "application/merge-patch+json" };
const now = Date.parse("2026-11-21T10:00:00Z");

async function made(served: Served, path: string, body: object): Promise<void> {
  const told = await served.send("POST", path, { body });
  assert.equal(told.status, 201, told.text);
}
const pod = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: { containers: [{ name: "c", image: "i" }], ...spec },
});

test("an object without finalizers goes at once, and the answer names it", async () => {
  await using served = await serve();
  await made(served, configMaps, { metadata: { name: "a" } });
  const told = await served.send("DELETE", `${configMaps}/a`);
  assert.deepEqual([told.status, told.at("kind"), told.at("status")], [200, "Status", "Success"]);
  assert.deepEqual([told.at("details", "name"), told.at("details", "kind")], ["a", "configmaps"]);
  assert.match(String(told.at("details", "uid")), /^[0-9a-f-]{36}$/);
});

test("an object with a finalizer waits for it, takes no new one, and goes with the last", async () => {
  await using served = await serve({ now: () => now });
  await made(served, configMaps, { metadata: { name: "a", finalizers: ["example.com/hold"] } });
  const marked = await served.send("DELETE", `${configMaps}/a`);
  assert.deepEqual([marked.status, marked.at("metadata", "deletionTimestamp")], [200, "2026-11-21T10:00:00Z"]);
  assert.equal(marked.at("metadata", "deletionGracePeriodSeconds"), 0);
  const again = await served.send("DELETE", `${configMaps}/a`);
  assert.equal(again.at("metadata", "resourceVersion"), marked.at("metadata", "resourceVersion"));
  const added = await served.send("PATCH", `${configMaps}/a`, {
    body: { metadata: { finalizers: ["example.com/hold", "example.com/more"] } },
    headers: merge,
  });
  assert.equal(added.status, 422);
  assert.match(
    String(added.at("message")),
    /metadata\.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers \[\]string\{"example\.com\/more"\}/,
  );
  const released = await served.send("PATCH", `${configMaps}/a`, {
    body: { metadata: { finalizers: null } },
    headers: merge,
  });
  assert.equal(released.status, 200, released.text);
  assert.equal((await served.send("GET", `${configMaps}/a`)).status, 404);
});

test("a deletion writes down what is to become of what the object owns", async () => {
  await using served = await serve();
  const rows = [
    ["Foreground", ["foregroundDeletion"]],
    ["Orphan", ["orphan"]],
  ] as const;
  for (const [propagationPolicy, finalizers] of rows) {
    await made(served, configMaps, { metadata: { name: propagationPolicy.toLowerCase() } });
    const told = await served.send("DELETE", `${configMaps}/${propagationPolicy.toLowerCase()}`, {
      body: { propagationPolicy },
    });
    assert.deepEqual(told.at("metadata", "finalizers"), finalizers);
    const background = await served.send("DELETE", `${configMaps}/${propagationPolicy.toLowerCase()}`, {
      body: { propagationPolicy: "Background" },
    });
    assert.deepEqual([background.status, background.at("kind")], [200, "Status"]);
  }
});

test("a pod that runs gets its grace period; a shorter one counts, a longer one doesn't", async () => {
  await using served = await serve({ now: () => now });
  await made(served, pods, pod("p", { nodeName: "n", terminationGracePeriodSeconds: 60 }));
  const marks = async (query: string) => {
    const told = await served.send("DELETE", `${pods}/p${query}`);
    return [
      told.at("metadata", "deletionGracePeriodSeconds"),
      told.at("metadata", "deletionTimestamp"),
      told.at("metadata", "generation"),
    ];
  };
  assert.deepEqual(await marks(""), [60, "2026-11-21T10:01:00Z", 2]);
  assert.deepEqual(await marks("?gracePeriodSeconds=90"), [60, "2026-11-21T10:01:00Z", 2]);
  assert.deepEqual(await marks("?gracePeriodSeconds=10"), [10, "2026-11-21T10:00:10Z", 2]);
  await served.send("PATCH", `${pods}/p/status`, { body: { status: { phase: "Succeeded" } }, headers: merge });
  assert.deepEqual(await marks(""), [10, "2026-11-21T10:00:10Z", 2], "whoever names no period changes none");
  const gone = await served.send("DELETE", `${pods}/p?gracePeriodSeconds=0`);
  assert.deepEqual([gone.status, gone.at("kind")], [200, "Pod"]);
  assert.equal((await served.send("GET", `${pods}/p`)).status, 404);
});

test("a pod that nobody runs goes at once", async () => {
  await using served = await serve();
  await made(served, pods, pod("waiting"));
  await made(served, pods, pod("done", { nodeName: "n" }));
  await served.send("PATCH", `${pods}/done/status`, { body: { status: { phase: "Succeeded" } }, headers: merge });
  for (const name of ["waiting", "done"]) {
    assert.equal((await served.send("DELETE", `${pods}/${name}`)).status, 200);
    assert.equal((await served.send("GET", `${pods}/${name}`)).status, 404, name);
  }
});

test("a namespace that goes takes nothing new, and is gone when its finalizers are", async () => {
  await using served = await serve();
  await made(served, "/api/v1/namespaces", { metadata: { name: "team" } });
  const told = await served.send("GET", "/api/v1/namespaces/team");
  assert.deepEqual(told.at("spec", "finalizers"), ["kubernetes"]);
  assert.equal(told.at("metadata", "labels", "kubernetes.io/metadata.name"), "team");
  await served.send("DELETE", "/api/v1/namespaces/team");
  const refused = await served.send("POST", "/api/v1/namespaces/team/configmaps", {
    body: { metadata: { name: "late" } },
  });
  assert.deepEqual(
    [refused.status, refused.at("reason"), refused.at("details", "causes", 0, "reason")],
    [403, "Forbidden", "NamespaceTerminating"],
  );
  assert.equal(
    refused.at("message"),
    'configmaps "late" is forbidden: unable to create new content in namespace team because it is being terminated',
  );
  const kept = await served.send("PATCH", "/api/v1/namespaces/team", {
    body: { spec: { finalizers: [] } },
    headers: merge,
  });
  assert.deepEqual(kept.at("spec", "finalizers"), ["kubernetes"], "only the subresource finalize changes them");
  const finalized = await served.send("PUT", "/api/v1/namespaces/team/finalize", {
    body: { metadata: { name: "team" }, spec: {} },
  });
  assert.equal(finalized.status, 200, finalized.text);
  assert.equal((await served.send("GET", "/api/v1/namespaces/team")).status, 404);
});

test("what a collection's deletion leaves is what its selector left out", async () => {
  await using served = await serve();
  for (const [name, side] of [
    ["a", "left"],
    ["b", "right"],
    ["c", "left"],
  ])
    await made(served, configMaps, { metadata: { name, labels: { side } } });
  const told = await served.send("DELETE", `${configMaps}?labelSelector=side%3Dleft`);
  assert.deepEqual([told.at("kind"), Object(told.at("items")).length], ["ConfigMapList", 2]);
  const left = await served.send("GET", configMaps);
  assert.deepEqual([Object(left.at("items")).length, left.at("items", 0, "metadata", "name")], [1, "b"]);
});
