import assert from "node:assert/strict";
import { test } from "node:test";
import { type Lease, leases } from "#api/coordination/lease.ts";
import { events } from "#api/core/event.ts";
import { nodes } from "#api/core/node.ts";
import { pods } from "#api/core/pod.ts";
import { services } from "#api/core/service.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { eventually } from "../harness/eventually.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const pod = (name: string, spec: object = {}) => ({
  metadata: { name, namespace: "default", labels: { app: "web" } },
  spec: { containers: [{ name: "web", image: "portolan/echo" }], ...spec },
});
const taintsOf = async ({ of }: Cluster): Promise<readonly string[]> =>
  ((await of(nodes).get("", "node-1")).spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).toSorted();
const readyEndpoints = async ({ of }: Cluster): Promise<number> =>
  (await of(endpointSlices).list("default", { labelSelector: "kubernetes.io/service-name=web" })).items
    .flatMap((slice) => slice.endpoints)
    .filter(({ conditions }) => conditions.ready === true).length;
const allTold = ({ of }: Cluster, reasons: readonly string[]): Promise<boolean> =>
  eventually(
    `events ${reasons}`,
    async () => {
      const told = (await of(events).list("default")).items.map(({ reason }) => reason);
      return reasons.every((reason) => told.includes(reason));
    },
    { seconds: 10 },
  );
/** Node-1 is heard of again. */
async function returns(cluster: Cluster, lease: Lease): Promise<void> {
  const { of } = cluster;
  await of(leases).update({ ...lease, spec: { ...lease.spec, renewTime: "2026-01-01T00:00:50.000000Z" } });
  const conditions = [{ type: "Ready", status: "True", lastHeartbeatTime: "2026-01-01T00:00:50Z" }];
  const body = { status: { conditions } };
  await of(nodes).patch("", "node-1", { type: "merge", subresource: "status", body });
  await eventually("no taint", async () => (await taintsOf(cluster)).length === 0, { seconds: 10 });
}
/** A node that others may have lost is heard of. */
async function hear({ of }: Cluster, name: string, seconds: number): Promise<void> {
  const lastHeartbeatTime = new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
  const body = { status: { conditions: [{ type: "Ready", status: "True", lastHeartbeatTime }] } };
  await of(nodes).patch("", name, { type: "merge", subresource: "status", body });
}
/** Any change of the node brings it before the controller, as its timer would. */
const touch = ({ of }: Cluster, note: string) =>
  of(nodes).patch("", "node-1", { type: "merge", body: { metadata: { annotations: { note } } } });

test("a node that falls silent becomes unknown, tainted, and its pods leave the endpoints; its return undoes that", async () => {
  let seconds = 0;
  let wallAheadMs = 0;
  const now = () => Date.now() + wallAheadMs;
  await using cluster = await startCluster({ nodes: 2, elapsedMs: () => seconds * 1000, now });
  const { of } = cluster;
  const heard = () => hear(cluster, "node-2", seconds);
  await heard();
  const lease = await of(leases).create("kube-node-lease", {
    metadata: { name: "node-1", namespace: "kube-node-lease" },
    spec: { holderIdentity: "node-1", renewTime: "2026-01-01T00:00:00.000000Z" },
  });
  await of(services).create("default", {
    metadata: { name: "web", namespace: "default" },
    spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
  });
  await of(pods).create("default", pod("stays", { nodeName: "node-1" }));
  const tolerations = ["not-ready", "unreachable"].map((key) => ({
    key: `node.kubernetes.io/${key}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 0,
  }));
  await of(pods).create("default", pod("leaves", { nodeName: "node-1", tolerations }));
  await eventually("both pods ready", async () => (await readyEndpoints(cluster)) === 2, { seconds: 10 });
  await cluster.controllers.idle();
  seconds = 39;
  await heard();
  await touch(cluster, "suspected");
  await eventually("the suspicion", () => cluster.informers.of(nodes).get("", "node-1")?.metadata.annotations?.note, {
    seconds: 10,
  });
  await cluster.controllers.idle();
  assert.deepEqual(await taintsOf(cluster), []);
  seconds = 41;
  wallAheadMs = 3_600_000; // nobody's wall clock matters
  await touch(cluster, "confirmed");
  await eventually("no endpoint ready", async () => (await readyEndpoints(cluster)) === 0, { seconds: 10 });
  const silent = await of(nodes).get("", "node-1");
  const ready = silent.status.conditions?.find(({ type }) => type === "Ready");
  assert.deepEqual(
    [ready?.status, ready?.reason, ready?.message],
    ["Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status."],
  );
  assert.deepEqual(await taintsOf(cluster), [
    "node.kubernetes.io/unreachable:NoExecute",
    "node.kubernetes.io/unreachable:NoSchedule",
  ]);
  const names = async () => (await of(pods).list("default")).items.map(({ metadata }) => metadata.name);
  await eventually("the intolerant pod to leave", async () => !(await names()).includes("leaves"), { seconds: 10 });
  await touch(cluster, "an hour later by the wall");
  await cluster.controllers.idle();
  assert.deepEqual(await names(), ["stays"], "pods are given 300 s");
  await allTold(cluster, ["RegisteredNode", "NodeNotReady", "TaintManagerEviction"]);

  await returns(cluster, lease);
  assert.deepEqual(cluster.failures, []);
});

test("a cordoned node is tainted, people's own taints stay", async () => {
  await using cluster = await startCluster();
  const body = { spec: { unschedulable: true, taints: [{ key: "own", effect: "NoSchedule" }] } };
  await cluster.of(nodes).patch("", "node-1", { type: "merge", body });
  const both = ["node.kubernetes.io/unschedulable:NoSchedule", "own:NoSchedule"];
  await eventually("both taints", async () => (await taintsOf(cluster)).join() === both.join(), { seconds: 10 });
  await cluster.of(nodes).patch("", "node-1", { type: "merge", body: { spec: { unschedulable: null } } });
  await eventually("one taint", async () => (await taintsOf(cluster)).join() === "own:NoSchedule", { seconds: 10 });
});

test("pods of a node that was deleted are ended after 40 s, unless it comes back", async () => {
  let seconds = 0;
  await using cluster = await startCluster({ nodes: 2, elapsedMs: () => seconds * 1000 });
  const { of } = cluster;
  for (const nodeName of ["node-1", "node-2"]) await of(pods).create("default", pod(`on-${nodeName}`, { nodeName }));
  await of(nodes).delete("", "node-1");
  await of(nodes).delete("", "node-2");
  await eventually("no nodes", () => cluster.informers.of(nodes).list().length === 0, { seconds: 10 });
  await cluster.controllers.idle();
  await of(nodes).create("", { metadata: { name: "node-2" } });
  seconds = 41;
  const note = { metadata: { annotations: { note: "brings its node before the controller, as a timer would" } } };
  await of(pods).patch("default", "on-node-1", { type: "merge", body: note });
  const names = async () => (await of(pods).list("default")).items.map(({ metadata }) => metadata.name);
  await eventually("the stray pod to go", async () => !(await names()).includes("on-node-1"), { seconds: 10 });
  assert.deepEqual(await names(), ["on-node-2"]);
});

test("where all nodes are lost nobody is driven away; where one comes back, the pods of the others are", async () => {
  let seconds = 0;
  await using cluster = await startCluster({ nodes: 2, elapsedMs: () => seconds * 1000 });
  const { of } = cluster;
  const tolerations = [
    { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute", tolerationSeconds: 0 },
  ];
  await of(pods).create("default", pod("web", { nodeName: "node-1", tolerations }));
  await eventually("the nodes", () => cluster.informers.of(nodes).list().length === 2, { seconds: 10 });
  await cluster.controllers.idle();
  const taintedNodes = async (): Promise<readonly string[]> =>
    (await of(nodes).list("")).items
      .filter(({ spec }) => (spec.taints ?? []).some(({ effect }) => effect === "NoExecute"))
      .map(({ metadata }) => metadata.name);
  const isLost = async (name: string): Promise<boolean> =>
    ((await of(nodes).get("", name)).status.conditions ?? []).some(
      ({ type, status }) => type === "Ready" && status === "Unknown",
    );
  for (const at of [39, 42]) {
    seconds = at;
    for (const name of ["node-1", "node-2"]) {
      const body = { metadata: { annotations: { note: `${at}` } } };
      await of(nodes).patch("", name, { type: "merge", body });
    }
    await eventually(
      "the notes",
      () =>
        cluster.informers
          .of(nodes)
          .list()
          .every(({ metadata }) => metadata.annotations?.note === `${at}`),
      { seconds: 10 },
    );
    await cluster.controllers.idle();
  }
  await eventually("both lost", async () => (await isLost("node-1")) && (await isLost("node-2")), { seconds: 10 });
  await eventually("no NoExecute taint", async () => (await taintedNodes()).length === 0, { seconds: 10 });
  await cluster.controllers.idle();
  assert.deepEqual(
    (await of(pods).list("default")).items.map(({ metadata }) => metadata.name),
    ["web"],
  );
  await hear(cluster, "node-2", 50);
  await eventually("the pod to leave", async () => (await of(pods).list("default")).items.length === 0, {
    seconds: 10,
  });
  assert.deepEqual(await taintedNodes(), ["node-1"]);
});

test("pods leave a living node that somebody has tainted, as soon as they don't tolerate it any more", async () => {
  let seconds = 0;
  await using cluster = await startCluster({ elapsedMs: () => seconds * 1000 });
  const { of } = cluster;
  const tolerating = (tolerationSeconds: number) => [
    { key: "drained", operator: "Exists", effect: "NoExecute", tolerationSeconds },
  ];
  await of(pods).create("default", pod("at-once", { nodeName: "node-1" }));
  await of(pods).create("default", pod("later", { nodeName: "node-1", tolerations: tolerating(60) }));
  const taints = [{ key: "drained", effect: "NoExecute" }];
  await of(nodes).patch("", "node-1", { type: "merge", body: { spec: { taints } } });
  const names = async () => (await of(pods).list("default")).items.map(({ metadata }) => metadata.name);
  await eventually("the first to leave", async () => (await names()).join() === "later", { seconds: 10 });
  await cluster.controllers.idle();
  seconds = 61;
  await touch(cluster, "a minute later");
  await eventually("the second to leave", async () => (await names()).length === 0, { seconds: 10 });
});
