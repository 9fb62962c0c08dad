import assert from "node:assert/strict";
import { test } from "node:test";
import { type Served, serve, type Told } from "./served.ts";

const jobs = "/apis/batch/v1/namespaces/default/jobs";
const daemonSets = "/apis/apps/v1/namespaces/default/daemonsets";
const controllers = "/api/v1/namespaces/default/replicationcontrollers";
const merge = { "content-type": "application/merge-patch+json" };

const labels = { app: "a" };
const template = { metadata: { labels }, spec: { containers: [{ name: "main", image: "nginx" }] } };
const ending = { spec: { ...template.spec, restartPolicy: "Never" } };

const warningsOf = ({ headers }: Told): string => String(headers.warning ?? "");
const makeJob = (served: Served, spec: object): Promise<Told> =>
  served.send("POST", jobs, { body: { metadata: { name: "one" }, spec } });

test("a Job knows its pods by its own uid", async () => {
  await using served = await serve();
  const made = await makeJob(served, { template: ending });
  const uid = made.at("metadata", "uid");
  const expected = {
    "job-name": "one",
    "batch.kubernetes.io/job-name": "one",
    "controller-uid": uid,
    "batch.kubernetes.io/controller-uid": uid,
  };
  assert.deepEqual(made.at("spec", "template", "metadata", "labels"), expected);
  assert.deepEqual(made.at("metadata", "labels"), expected);
  assert.deepEqual(made.at("spec", "selector"), { matchLabels: { "batch.kubernetes.io/controller-uid": uid } });
  const { template: _, selector: __, ...rest } = Object(made.at("spec"));
  assert.deepEqual(rest, {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    completionMode: "NonIndexed",
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: "TerminatingOrFailed",
  });
});

test("a Job with another Job's labels is refused", async () => {
  await using served = await serve();
  const made = await makeJob(served, { template: { ...ending, metadata: { labels: { "job-name": "other" } } } });
  assert.deepEqual(
    [made.status, made.at("details", "causes", 0, "field")],
    [422, "spec.template.metadata.labels[job-name]"],
  );
  assert.match(made.text, /must be 'one'/);
});

test("the pods of a Job stay when whoever deletes it doesn't say what shall become of them", async () => {
  await using served = await serve();
  await makeJob(served, { template: ending });
  const deleted = await served.send("DELETE", `${jobs}/one`);
  assert.deepEqual(deleted.at("metadata", "finalizers"), ["orphan"]);
  assert.match(warningsOf(deleted), /child pods are preserved by default when jobs are deleted/);
  await served.send("POST", controllers, { body: { metadata: { name: "one" }, spec: { template } } });
  const other = await served.send("DELETE", `${controllers}/one`);
  assert.deepEqual([other.at("metadata", "finalizers"), warningsOf(other)], [["orphan"], ""]);
});

test("what makes pods warns of a name that they can't be called by", async () => {
  await using served = await serve();
  const made = await served.send("POST", jobs, { body: { metadata: { name: "one.two" }, spec: { template: ending } } });
  assert.equal(made.status, 201);
  assert.match(warningsOf(made), /a DNS label is recommended: \[must not contain dots\]/);
});

test("the server counts the changes of a DaemonSet's template", async () => {
  await using served = await serve();
  const generation = (told: Told): unknown => [
    told.at("metadata", "annotations", "deprecated.daemonset.template.generation"),
    told.at("metadata", "generation"),
  ];
  const body = { metadata: { name: "one" }, spec: { selector: { matchLabels: labels }, template } };
  assert.deepEqual(generation(await served.send("POST", daemonSets, { body })), ["1", 1]);
  const patch = (spec: object) => served.send("PATCH", `${daemonSets}/one`, { body: { spec }, headers: merge });
  assert.deepEqual(generation(await patch({ minReadySeconds: 5 })), ["1", 2]);
  assert.deepEqual(generation(await patch({ template: { metadata: { labels: { b: "c" } } } })), ["2", 3]);
});

test("a ReplicationController takes what it doesn't say from its template, and is scaled", async () => {
  await using served = await serve();
  const made = await served.send("POST", controllers, { body: { metadata: { name: "one" }, spec: { template } } });
  assert.deepEqual([made.at("spec", "selector"), made.at("metadata", "labels")], [labels, labels]);
  const scaled = await served.send("PATCH", `${controllers}/one/scale`, {
    body: { spec: { replicas: 4 } },
    headers: merge,
  });
  assert.deepEqual(
    [scaled.at("kind"), scaled.at("spec", "replicas"), scaled.at("status", "selector")],
    ["Scale", 4, "app=a"],
  );
  assert.equal((await served.send("GET", `${controllers}/one`)).at("spec", "replicas"), 4);
});

test("a Deployment of the oldest version is the same object as in apps/v1", async () => {
  await using served = await serve();
  const old = "/apis/extensions/v1beta1/namespaces/default/deployments";
  const made = await served.send("POST", old, { body: { metadata: { name: "one" }, spec: { template } } });
  assert.deepEqual([made.status, made.at("apiVersion")], [201, "extensions/v1beta1"], made.text);
  assert.match(warningsOf(made), /extensions\/v1beta1 Deployment is deprecated in v1\.8\+, unavailable in v1\.16\+/);
  const patched = await served.send("PATCH", `${old}/one`, {
    body: { spec: { rollbackTo: { revision: 2 } } },
    headers: merge,
  });
  assert.equal(patched.at("spec", "rollbackTo", "revision"), 2);
  const now = await served.send("GET", "/apis/apps/v1/namespaces/default/deployments/one");
  assert.deepEqual(
    [now.at("spec", "selector"), now.at("metadata", "annotations"), now.at("spec", "revisionHistoryLimit")],
    [{ matchLabels: labels }, { "deprecated.deployment.rollback.to": "2" }, 2 ** 31 - 1],
  );
  assert.equal((await served.send("DELETE", `${old}/one`)).at("metadata", "finalizers", 0), "orphan");
});

test("a StatefulSet's claims say what they are, however they are sent", async () => {
  await using served = await serve();
  const all = "/apis/apps/v1/namespaces/default/statefulsets";
  const claim = { metadata: { name: "own" }, spec: { accessModes: ["ReadWriteOnce"] } };
  const named = { apiVersion: "v1", kind: "PersistentVolumeClaim", ...claim };
  for (const [name, volumeClaimTemplates] of Object.entries({ bare: [claim], named: [named] })) {
    const spec = { selector: { matchLabels: labels }, template, volumeClaimTemplates };
    const made = await served.send("POST", all, { body: { metadata: { name }, spec } });
    assert.deepEqual(
      made.at("spec", "volumeClaimTemplates", 0),
      { ...named, spec: { ...named.spec, resources: {}, volumeMode: "Filesystem" }, status: { phase: "Pending" } },
      made.text,
    );
    assert.deepEqual(made.at("spec", "updateStrategy"), {
      type: "RollingUpdate",
      rollingUpdate: { partition: 0, maxUnavailable: 1 },
    });
  }
});

test("a ControllerRevision is what once was, and stays so", async () => {
  await using served = await serve();
  const all = "/apis/apps/v1/namespaces/default/controllerrevisions";
  const data = { spec: { template: { $patch: "replace" } } };
  const made = await served.send("POST", all, { body: { metadata: { name: "one" }, data, revision: 1 } });
  assert.deepEqual(made.at("data"), data);
  const changed = await served.send("PATCH", `${all}/one`, { body: { data: { spec: null } }, headers: merge });
  assert.deepEqual(
    [changed.status, changed.at("details", "causes", 0, "message")],
    [422, "Invalid value: {}: field is immutable"],
  );
  const renumbered = await served.send("PATCH", `${all}/one`, { body: { revision: 2 }, headers: merge });
  assert.deepEqual([renumbered.status, renumbered.at("revision")], [200, 2]);
  const empty = await served.send("POST", all, { body: { metadata: { name: "two" }, revision: 1 } });
  assert.equal(empty.at("details", "causes", 0, "message"), "Required value: data is mandatory");
});
