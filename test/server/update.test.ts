import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "./served.ts";

const merge = { "content-type": "application/merge-patch+json" };
const deployments = "/apis/apps/v1/namespaces/default/deployments";
const pods = "/api/v1/namespaces/default/pods";
const deployment = {
  metadata: { name: "web" },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "i" }] } },
  },
};

test("what is wanted and what is are written apart, and a generation counts what is wanted", async () => {
  await using served = await serve();
  const made = await served.send("POST", deployments, { body: { ...deployment, status: { replicas: 9 } } });
  assert.deepEqual([made.at("metadata", "generation"), made.at("status")], [1, {}], made.text);
  const wanted = await served.send("PATCH", `${deployments}/web`, {
    body: { spec: { replicas: 3 }, status: { replicas: 9 } },
    headers: merge,
  });
  assert.deepEqual(
    [wanted.at("metadata", "generation"), wanted.at("spec", "replicas"), wanted.at("status")],
    [2, 3, {}],
  );
  const seen = await served.send("PATCH", `${deployments}/web/status`, {
    body: { spec: { replicas: 7 }, status: { replicas: 3, observedGeneration: 2 } },
    headers: merge,
  });
  assert.deepEqual(
    [seen.at("metadata", "generation"), seen.at("spec", "replicas"), seen.at("status", "replicas")],
    [2, 3, 3],
  );
  const labelled = await served.send("PATCH", `${deployments}/web`, {
    body: { metadata: { labels: { a: "b" }, generation: 40 } },
    headers: merge,
  });
  assert.equal(labelled.at("metadata", "generation"), 2);
});

test("a scale is read, set and patched as an object of its own", async () => {
  await using served = await serve();
  await served.send("POST", deployments, { body: deployment });
  const scale = await served.send("GET", `${deployments}/web/scale`);
  assert.deepEqual(
    [scale.at("kind"), scale.at("apiVersion"), scale.at("spec", "replicas")],
    ["Scale", "autoscaling/v1", 2],
  );
  assert.equal(scale.at("status", "selector"), "app=web");
  const put = await served.send("PUT", `${deployments}/web/scale`, {
    body: { ...Object(JSON.parse(scale.text)), spec: { replicas: 5 } },
  });
  assert.deepEqual([put.status, put.at("spec", "replicas")], [200, 5], put.text);
  const late = await served.send("PUT", `${deployments}/web/scale`, {
    body: { ...Object(JSON.parse(scale.text)), spec: { replicas: 6 } },
  });
  assert.deepEqual([late.status, late.at("reason")], [409, "Conflict"]);
  const patched = await served.send("PATCH", `${deployments}/web/scale`, {
    body: { spec: { replicas: 1 } },
    headers: merge,
  });
  assert.equal(patched.at("spec", "replicas"), 1, patched.text);
  const negative = await served.send("PATCH", `${deployments}/web/scale`, {
    body: { spec: { replicas: -1 } },
    headers: merge,
  });
  assert.deepEqual(
    [negative.status, negative.at("message")],
    [422, 'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
  );
  const whole = await served.send("GET", `${deployments}/web`);
  assert.deepEqual([whole.at("spec", "replicas"), whole.at("metadata", "generation")], [1, 3]);
});

test("a pod is bound to a node once", async () => {
  await using served = await serve();
  await served.send("POST", pods, {
    body: { metadata: { name: "p" }, spec: { containers: [{ name: "c", image: "i" }] } },
  });
  const body = { apiVersion: "v1", kind: "Binding", metadata: { name: "p" }, target: { kind: "Node", name: "n1" } };
  const late = await served.send("POST", `${pods}/p/binding`, {
    body: { ...body, metadata: { name: "p", uid: "of-an-earlier-p" } },
  });
  assert.deepEqual([late.status, late.at("reason")], [409, "Conflict"], "what was chosen for an earlier pod");
  const other = await served.send("POST", `${pods}/p/binding`, { body: { ...body, metadata: { name: "q" } } });
  assert.equal(other.status, 400);
  const bound = await served.send("POST", `${pods}/p/binding`, { body });
  assert.deepEqual([bound.status, bound.at("status")], [201, "Success"], bound.text);
  const pod = await served.send("GET", `${pods}/p`);
  assert.deepEqual([pod.at("spec", "nodeName"), pod.at("status", "conditions", 0, "type")], ["n1", "PodScheduled"]);
  const again = await served.send("POST", `${pods}/p/binding`, {
    body: { ...body, target: { kind: "Node", name: "n2" } },
  });
  assert.deepEqual(
    [again.status, again.at("message")],
    [409, 'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1"'],
  );
});

test("a pod whose gates are closed is bound to no node", async () => {
  await using served = await serve();
  const spec = { schedulingGates: [{ name: "example.com/wait" }], containers: [{ name: "c", image: "i" }] };
  await served.send("POST", pods, { body: { metadata: { name: "p" }, spec } });
  const bound = await served.send("POST", `${pods}/p/binding`, { body: { target: { kind: "Node", name: "n1" } } });
  assert.deepEqual(
    [bound.status, bound.at("message")],
    [409, 'Operation cannot be fulfilled on pods/binding "p": pod p has non-empty .spec.schedulingGates'],
  );
});

test("a new pod gets what Kubernetes' admission gives it", async () => {
  await using served = await serve();
  const made = await served.send("POST", pods, {
    body: { metadata: { name: "p" }, spec: { containers: [{ name: "c", image: "i" }] } },
  });
  assert.deepEqual([made.at("spec", "serviceAccountName"), made.at("spec", "priority")], ["default", 0]);
  const tolerations = Object.values(Object(made.at("spec", "tolerations"))).map(
    (one) => `${Object(one).key} ${Object(one).tolerationSeconds}`,
  );
  assert.deepEqual(tolerations, ["node.kubernetes.io/not-ready 300", "node.kubernetes.io/unreachable 300"]);
});

test("many writers of one object: every change of each is there in the end", async () => {
  await using served = await serve();
  const path = "/api/v1/namespaces/default/configmaps";
  await served.send("POST", path, { body: { metadata: { name: "a" } } });
  const writes = Array.from({ length: 8 }, (_, i) =>
    served.send("PATCH", `${path}/a`, { body: { data: { [`k${i}`]: "v" } }, headers: merge }),
  );
  for (const told of await Promise.all(writes)) assert.equal(told.status, 200, told.text);
  const keys = Object.keys(Object((await served.send("GET", `${path}/a`)).at("data")));
  assert.equal(keys.length, 8);
});

test("a Lease is only replaced by who says which version of it was seen", async () => {
  await using served = await serve();
  const path = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
  await served.send("POST", path, { body: { metadata: { name: "a" }, spec: { holderIdentity: "one" } } });
  const body = { metadata: { name: "a" }, spec: { holderIdentity: "two" } };
  const blind = await served.send("PUT", `${path}/a`, { body });
  assert.deepEqual(
    [blind.status, blind.at("message")],
    [
      422,
      'leases.coordination.k8s.io "a" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    ],
  );
  const patched = await served.send("PATCH", `${path}/a`, { body, headers: merge });
  assert.equal(patched.at("spec", "holderIdentity"), "two", "a patch is built upon what it finds");
});
