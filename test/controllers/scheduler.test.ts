import assert from "node:assert/strict";
import { test } from "node:test";
import { events } from "#api/core/event.ts";
import { nodes } from "#api/core/node.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { eventually } from "../harness/eventually.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const pod = (name: string, spec: object = {}, resources: object = {}) => ({
  metadata: { name, namespace: "default" },
  spec: { containers: [{ name: "web", image: "portolan/echo", resources }], ...spec },
});

const get = ({ of }: Cluster, name: string): Promise<Pod> => of(pods).get("default", name);
const bound = (cluster: Cluster, name: string) =>
  eventually(`${name} to be bound`, async () => (await get(cluster, name)).spec.nodeName, { seconds: 10 });
const refused = (cluster: Cluster, name: string) =>
  eventually(
    `${name} to be refused`,
    async () => {
      const condition = (await get(cluster, name)).status.conditions?.find(({ type }) => type === "PodScheduled");
      return condition?.status === "False" ? condition : undefined;
    },
    { seconds: 10 },
  );
const setNode = ({ of }: Cluster, name: string, body: object) => of(nodes).patch("", name, { type: "merge", body });

test("a pod too big for the node waits, says why, and is bound when there is room", async () => {
  await using cluster = await startCluster();
  const most = { requests: { cpu: "40" } };
  await cluster.of(pods).create("default", pod("first", {}, most));
  await bound(cluster, "first");
  await cluster.of(pods).create("default", pod("second", {}, most));
  const message =
    "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.";
  const { reason, message: told } = await refused(cluster, "second");
  assert.deepEqual([reason, told], ["Unschedulable", message]);
  const seen = await eventually(
    "the event",
    async () =>
      (await cluster.of(events).list("default")).items.find(({ involvedObject }) => involvedObject.name === "second"),
    { seconds: 10 },
  );
  assert.deepEqual([seen.type, seen.reason, seen.message], ["Warning", "FailedScheduling", message]);
  assert.equal(seen.source?.component, "default-scheduler");
  // Another pod goes: the refused one is looked at again, and as nothing has changed for it, nothing is told.
  await cluster.of(pods).create("default", pod("small"));
  await bound(cluster, "small");
  await cluster.of(pods).delete("default", "small");
  await cluster.of(pods).delete("default", "first");
  await bound(cluster, "second");
  const refusals = (await cluster.of(events).list("default")).items.filter(
    ({ reason }) => reason === "FailedScheduling",
  );
  assert.deepEqual(
    refusals.map(({ count }) => count),
    [1],
  );
  const scheduled = (await get(cluster, "second")).status.conditions?.filter(({ type }) => type === "PodScheduled");
  assert.deepEqual(
    scheduled?.map(({ status }) => status),
    ["True"],
  );
});

test("pods made together are never promised the same room", async () => {
  await using cluster = await startCluster({ nodes: 2 });
  const half = { requests: { cpu: "32" } };
  await Promise.all([1, 2, 3, 4, 5].map((i) => cluster.of(pods).create("default", pod(`half-${i}`, {}, half))));
  const all = await eventually(
    "four bound, one refused",
    async () => {
      const { items } = await cluster.of(pods).list("default");
      const decided = items.filter(({ status }) => status.conditions?.some(({ type }) => type === "PodScheduled"));
      return decided.length === 5 ? items : undefined;
    },
    { seconds: 10 },
  );
  const counts = Map.groupBy(all, ({ spec }) => spec.nodeName ?? "none");
  assert.deepEqual(
    ["node-1", "node-2", "none"].map((name) => counts.get(name)?.length),
    [2, 2, 1],
  );
});

test("nodeSelector, taints and cordons keep a pod waiting until the node changes", async () => {
  await using cluster = await startCluster();
  await cluster.of(pods).create("default", pod("picky", { nodeSelector: { disk: "ssd" } }));
  assert.match(
    (await refused(cluster, "picky")).message ?? "",
    /1 node\(s\) didn't match Pod's node affinity\/selector/,
  );
  await setNode(cluster, "node-1", { metadata: { labels: { disk: "ssd" } } });
  await bound(cluster, "picky");
  await setNode(cluster, "node-1", { spec: { taints: [{ key: "dedicated", value: "db", effect: "NoSchedule" }] } });
  await eventually(
    "the scheduler to know",
    () => cluster.informers.of(nodes).get("", "node-1")?.spec.taints?.length === 1,
    {
      seconds: 10,
    },
  );
  await cluster.of(pods).create("default", pod("plain"));
  assert.match((await refused(cluster, "plain")).message ?? "", /1 node\(s\) had untolerated taint \{dedicated: db\}/);
  const tolerations = [{ key: "dedicated", operator: "Exists" }];
  await cluster.of(pods).create("default", pod("fitting", { tolerations }));
  await bound(cluster, "fitting");
  await setNode(cluster, "node-1", { spec: { taints: null } });
  await bound(cluster, "plain");
});

test("two pods with one host port don't share a node", async () => {
  await using cluster = await startCluster();
  const ports = { containers: [{ name: "web", image: "x", ports: [{ containerPort: 80, hostPort: 8080 }] }] };
  await cluster.of(pods).create("default", pod("one", ports));
  await bound(cluster, "one");
  await cluster.of(pods).create("default", pod("two", ports));
  const { message = "" } = await refused(cluster, "two");
  assert.match(message, /1 node\(s\) didn't have free ports for the requested pod ports/);
});

test("without nodes, pods wait; the first node takes them", async () => {
  await using cluster = await startCluster({ nodes: 0 });
  await cluster.of(pods).create("default", pod("early"));
  assert.equal((await refused(cluster, "early")).message, "no nodes available to schedule pods");
  const node = await cluster.of(nodes).create("", { metadata: { name: "node-9" } });
  // it has said nothing yet: a taint keeps pods away
  await eventually("the taint", async () => (await cluster.of(nodes).get("", "node-9")).spec.taints?.length, {
    seconds: 10,
  });
  const conditions = [{ type: "Ready", status: "True" }];
  const status = { allocatable: { cpu: "1", memory: "1Gi", pods: "10" }, conditions };
  await cluster.of(nodes).patch("", node.metadata.name, { type: "merge", subresource: "status", body: { status } });
  assert.equal(await bound(cluster, "early"), "node-9");
});

test("host ports on two nodes: the third pod waits, is told who has them, and comes when one of those goes", async () => {
  await using cluster = await startCluster({ nodes: 2 });
  const withPort = (name: string) => {
    const ports = [{ containerPort: 8086, hostPort: 8086 }];
    return pod(name, { containers: [{ name: "influxdb", image: "influxdb", ports }] });
  };
  for (const name of ["one", "two"]) await cluster.of(pods).create("default", withPort(name));
  const taken = await Promise.all(["one", "two"].map((name) => bound(cluster, name)));
  assert.equal(new Set(taken).size, 2);
  await cluster.of(pods).create("default", withPort("three"));
  const words = "2 node(s) didn't have free ports for the requested pod ports";
  const { message } = await refused(cluster, "three");
  assert.equal(
    message,
    `0/2 nodes are available: ${words}. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.`,
  );
  const told = await eventually(
    "both events",
    async () => {
      const { items } = await cluster.of(events).list("default");
      const about = items.filter(({ involvedObject, type }) => involvedObject.name === "three" && type === "Warning");
      return about.length === 2 ? new Map(about.map(({ reason, message }) => [reason, message])) : undefined;
    },
    { seconds: 10 },
  );
  assert.equal(told.get("FailedScheduling"), message);
  for (const name of ["one", "two"])
    assert.match(told.get("HostPortTaken") ?? "", new RegExp(`8086/TCP of \\S+ by pod default/${name}`));
  await cluster.of(pods).delete("default", "one", { gracePeriodSeconds: 0 });
  assert.equal(await bound(cluster, "three"), taken[0]);
});

test("a pod that must be near another one waits until that has come", async () => {
  await using cluster = await startCluster({ nodes: 2 });
  const term = { labelSelector: { matchLabels: { app: "db" } }, topologyKey: "kubernetes.io/hostname" };
  const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  await cluster.of(pods).create("default", pod("web", { affinity }));
  await refused(cluster, "web");
  const db = pod("db");
  await cluster.of(pods).create("default", { ...db, metadata: { ...db.metadata, labels: { app: "db" } } });
  assert.equal(await bound(cluster, "web"), await bound(cluster, "db"));
});
