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

test("a pod that runs has a second to end where less than nothing is asked for", async () => {
  await using served = await serve({ now: () => now });
  await made(served, pods, pod("p", { nodeName: "n" }));
  const told = await served.send("DELETE", `${pods}/p?gracePeriodSeconds=-5`);
  assert.deepEqual([told.status, told.at("metadata", "deletionGracePeriodSeconds")], [200, 1]);
});

test("preconditions may stand in the query", async () => {
  await using served = await serve();
  await made(served, configMaps, { metadata: { name: "a" } });
  const refused = await served.send("DELETE", `${configMaps}/a?uid=other`);
  assert.equal(refused.status, 409);
  assert.match(String(refused.at("message")), /the UID in the precondition \(other\) does not match/);
  const stale = await served.send("DELETE", `${configMaps}/a?resourceVersion=1`);
  assert.equal(stale.status, 409);
  const { at } = await served.send("GET", `${configMaps}/a`);
  const query = `uid=${at("metadata", "uid")}&resourceVersion=${at("metadata", "resourceVersion")}`;
  assert.equal((await served.send("DELETE", `${configMaps}/a?${query}`)).status, 200);
});

test("orphanDependents is the old way to say propagationPolicy: who asks so for a cascade is told 202 while it waits", async () => {
  await using served = await serve();
  for (const [name, orphanDependents, status, finalizers] of [
    ["waits", false, 202, ["example.com/hold"]],
    ["goes", false, 200, undefined],
    ["orphans", true, 200, undefined],
  ] as const) {
    await made(served, configMaps, { metadata: { name, finalizers } });
    const told = await served.send("DELETE", `${configMaps}/${name}`, { body: { orphanDependents } });
    assert.equal(told.status, status, name);
    if (orphanDependents) assert.deepEqual(told.at("metadata", "finalizers"), ["orphan"]);
  }
  const both = await served.send("DELETE", `${configMaps}/waits`, {
    body: { orphanDependents: true, propagationPolicy: "Orphan" },
  });
  assert.equal(both.status, 422);
  assert.match(
    String(both.at("message")),
    /propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set/,
  );
});

test("a deletion that is only rehearsed answers as if, and leaves everything", async () => {
  await using served = await serve({ now: () => now });
  await made(served, configMaps, { metadata: { name: "free" } });
  await made(served, configMaps, { metadata: { name: "held", finalizers: ["example.com/hold"] } });
  const gone = await served.send("DELETE", `${configMaps}/free?dryRun=All`);
  assert.deepEqual([gone.status, gone.at("kind"), gone.at("status")], [200, "Status", "Success"]);
  const waiting = await served.send("DELETE", `${configMaps}/held`, { body: { dryRun: ["All"] } });
  assert.equal(waiting.at("metadata", "deletionTimestamp"), "2026-11-21T10:00:00Z");
  await served.send("DELETE", `${configMaps}?dryRun=All`);
  const left = await served.send("GET", configMaps);
  assert.deepEqual(
    [0, 1].map((i) => left.at("items", i, "metadata", "deletionTimestamp")),
    [undefined, undefined],
  );
  assert.deepEqual(
    [0, 1].map((i) => left.at("items", i, "metadata", "name")),
    ["free", "held"],
  );
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

test("the deletion of a collection shows its objects as they were, and takes a page where a limit is set", async () => {
  await using served = await serve({ now: () => now });
  for (const name of ["a", "b", "c"])
    await made(served, configMaps, { metadata: { name, finalizers: name === "a" ? ["example.com/hold"] : [] } });
  const first = await served.send("DELETE", `${configMaps}?limit=2`);
  assert.deepEqual(
    [0, 1, 2].map((i) => first.at("items", i, "metadata", "name")),
    ["a", "b", undefined],
  );
  assert.equal(first.at("items", 0, "metadata", "deletionTimestamp"), undefined);
  assert.equal(first.at("metadata", "remainingItemCount"), 1);
  const left = await served.send("GET", configMaps);
  assert.deepEqual(
    [0, 1, 2].map((i) => left.at("items", i, "metadata", "name")),
    ["a", "c", undefined],
  );
  assert.equal(left.at("items", 0, "metadata", "deletionTimestamp"), "2026-11-21T10:00:00Z");
  const rest = await served.send("DELETE", `${configMaps}?limit=2&continue=${first.at("metadata", "continue")}`);
  assert.deepEqual([rest.at("items", 0, "metadata", "name"), rest.at("items", 1)], ["c", undefined]);
});

test("what is shown of a deleted object is what Kubernetes shows: itself for some kinds, a Status for the others", async () => {
  await using served = await serve();
  const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  const inDefault = "/api/v1/namespaces/default";
  for (const [path, body, kind] of [
    [`${inDefault}/serviceaccounts`, { metadata: { name: "a" } }, "ServiceAccount"],
    [`${inDefault}/services`, { metadata: { name: "a" }, spec: { ports: [{ port: 80 }] } }, "Service"],
    [`${inDefault}/resourcequotas`, { metadata: { name: "a" }, spec: { hard: { pods: "9" } } }, "ResourceQuota"],
    [`${inDefault}/persistentvolumeclaims`, { metadata: { name: "a" }, spec: claim }, "PersistentVolumeClaim"],
    ["/apis/storage.k8s.io/v1/storageclasses", { metadata: { name: "a" }, provisioner: "p" }, "StorageClass"],
    [`${inDefault}/secrets`, { metadata: { name: "a" } }, "Status"],
    ["/apis/coordination.k8s.io/v1/namespaces/default/leases", { metadata: { name: "a" } }, "Status"],
  ] as const) {
    await made(served, path, body);
    const told = await served.send("DELETE", `${path}/a`);
    assert.deepEqual([told.status, told.at("kind")], [200, kind], path);
  }
});
