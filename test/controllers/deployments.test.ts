import assert from "node:assert/strict";
import { test } from "node:test";
import { type DeploymentStatus, deployments } from "#api/apps/deployment.ts";
import { replicaSets } from "#api/apps/replica-set.ts";
import { events } from "#api/core/event.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { eventually } from "../harness/eventually.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const web = (name: string, replicas: number, strategy: object = {}) => ({
  metadata: { name, namespace: "default" },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: "web", image: "portolan/echo" }] },
    },
    ...strategy,
  },
});

const podsOf = async ({ of }: Cluster, name: string): Promise<readonly Pod[]> =>
  (await of(pods).list("default", { labelSelector: `app=${name}` })).items;

const rolledOut = ({ of }: Cluster, name: string): Promise<DeploymentStatus> =>
  eventually(
    `${name} to be rolled out`,
    async () => {
      const { metadata, spec, status } = await of(deployments).get("default", name);
      const counts = [status.updatedReplicas, status.availableReplicas, status.replicas];
      const done = status.observedGeneration === metadata.generation && counts.every((n = 0) => n === spec.replicas);
      return done && status.conditions?.some(({ reason }) => reason === "NewReplicaSetAvailable") ? status : undefined;
    },
    { seconds: 20 },
  );

const messagesFor = async ({ of }: Cluster, name: string): Promise<readonly string[]> =>
  (await of(events).list("default")).items
    .filter(({ involvedObject }) => involvedObject.name === name)
    .map(({ reason, message }) => `${reason}: ${message}`);

const image = (name: string) => ({ spec: { template: { spec: { containers: [{ name: "web", image: name }] } } } });

test("a Deployment becomes pods on a node, and says so", async () => {
  await using cluster = await startCluster();
  await cluster.of(deployments).create("default", web("hello", 3));
  const status = await rolledOut(cluster, "hello");
  const all = await podsOf(cluster, "hello");
  assert.deepEqual(
    all.map(({ spec }) => spec.nodeName),
    ["node-1", "node-1", "node-1"],
  );
  const [set] = (await cluster.of(replicaSets).list("default")).items;
  assert.ok(set);
  assert.match(set.metadata.name, /^hello-[a-z0-9]+$/);
  assert.ok(all.every(({ metadata }) => new RegExp(`^${set.metadata.name}-[a-z0-9]{5}$`).test(metadata.name)));
  assert.equal(set.metadata.annotations?.["deployment.kubernetes.io/revision"], "1");
  assert.deepEqual(
    status.conditions?.map(({ type, status, reason, message }) => `${type} ${status} ${reason}: ${message}`).toSorted(),
    [
      "Available True MinimumReplicasAvailable: Deployment has minimum availability.",
      `Progressing True NewReplicaSetAvailable: ReplicaSet "${set.metadata.name}" has successfully progressed.`,
    ],
  );
  await eventually(
    "the events",
    async () => {
      const own = await messagesFor(cluster, "hello");
      const made = await messagesFor(cluster, set.metadata.name);
      return own.length === 1 && made.length === 3 ? { own, made } : undefined;
    },
    { seconds: 10 },
  ).then(({ own, made }) => {
    assert.deepEqual(own, [`ScalingReplicaSet: Scaled up replica set ${set.metadata.name} from 0 to 3`]);
    assert.deepEqual(
      made.toSorted(),
      all.map(({ metadata }) => `SuccessfulCreate: Created pod: ${metadata.name}`).toSorted(),
    );
  });
  assert.deepEqual(cluster.failures, []);
});

test("a rolling update replaces the pods within its bounds; undoing it brings the old ReplicaSet back", async () => {
  await using cluster = await startCluster();
  const strategy = { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } };
  const client = cluster.of(deployments);
  await client.create("default", web("roll", 6, strategy));
  await rolledOut(cluster, "roll");
  let [most, leastReady] = [0, 6];
  cluster.kubelet.pods.onChange(() => {
    const active = cluster.kubelet.pods.list().filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const ready = active.filter(({ status }) =>
      status.conditions?.some((c) => c.type === "Ready" && c.status === "True"),
    );
    most = Math.max(most, active.length);
    leastReady = Math.min(leastReady, ready.length);
  });
  await client.patch("default", "roll", { type: "strategic", body: image("portolan/echo:2") });
  await rolledOut(cluster, "roll");
  assert.ok((await podsOf(cluster, "roll")).every(({ spec }) => spec.containers[0]?.image === "portolan/echo:2"));
  assert.ok(most <= 7, `${most} pods at once`);
  assert.ok(leastReady >= 5, `only ${leastReady} ready`);
  const revisions = async () =>
    Object.fromEntries(
      (await cluster.of(replicaSets).list("default")).items.map(({ metadata, spec }) => [
        metadata.annotations?.["deployment.kubernetes.io/revision"],
        spec.replicas,
      ]),
    );
  assert.deepEqual(await revisions(), { 1: 0, 2: 6 });
  await client.patch("default", "roll", { type: "strategic", body: image("portolan/echo") });
  await rolledOut(cluster, "roll");
  assert.deepEqual(await revisions(), { 2: 0, 3: 6 });
  assert.equal((await client.get("default", "roll")).metadata.annotations?.["deployment.kubernetes.io/revision"], "3");
  assert.deepEqual(cluster.failures, []);
});

test("Recreate starts new pods only when the last old one is gone", async () => {
  await using cluster = await startCluster();
  const client = cluster.of(deployments);
  await client.create("default", web("again", 3, { strategy: { type: "Recreate" } }));
  await rolledOut(cluster, "again");
  let together = false;
  cluster.kubelet.pods.onChange(() => {
    together ||= new Set(cluster.kubelet.pods.list().map(({ spec }) => spec.containers[0]?.image)).size > 1;
  });
  await client.patch("default", "again", { type: "strategic", body: image("portolan/echo:2") });
  await rolledOut(cluster, "again");
  assert.equal(together, false);
});

test("scaling up and down; the pods that serve least go first", async () => {
  await using cluster = await startCluster({ readiness: "by hand" });
  const client = cluster.of(deployments);
  await client.create("default", web("size", 4));
  const all = await eventually(
    "four running pods",
    async () => {
      const found = await podsOf(cluster, "size");
      return found.length === 4 && found.every(({ status }) => status.podIP !== undefined) ? found : undefined;
    },
    { seconds: 10 },
  );
  const [first, second] = all;
  assert.ok(first && second);
  await cluster.kubelet.setReady(first, true);
  await cluster.kubelet.setReady(second, true);
  const names = async () => (await podsOf(cluster, "size")).map(({ metadata }) => metadata.name).toSorted();
  await client.patch("default", "size", { type: "merge", body: { spec: { replicas: 2 } } });
  await eventually("two pods", async () => (await names()).length === 2, { seconds: 10 });
  assert.deepEqual(await names(), [first.metadata.name, second.metadata.name].toSorted());
  await client.patch("default", "size", { type: "merge", body: { spec: { replicas: 5 } } });
  await eventually("five pods", async () => (await names()).length === 5, { seconds: 10 });
});

test("a pod that is deleted is replaced; one that loses the label is let go and replaced", async () => {
  await using cluster = await startCluster();
  await cluster.of(deployments).create("default", web("heal", 2));
  await rolledOut(cluster, "heal");
  const [first, second] = await podsOf(cluster, "heal");
  assert.ok(first && second);
  await cluster.of(pods).delete("default", first.metadata.name);
  const body = { metadata: { labels: { app: "apart" } } };
  await cluster.of(pods).patch("default", second.metadata.name, { type: "merge", body });
  await eventually(
    "two other pods",
    async () => {
      const names = (await podsOf(cluster, "heal")).map(({ metadata }) => metadata.name);
      return names.length === 2 && !names.includes(first.metadata.name) && !names.includes(second.metadata.name);
    },
    { seconds: 10 },
  );
  const apart = await cluster.of(pods).get("default", second.metadata.name);
  assert.equal(apart.metadata.ownerReferences, undefined);
});

test("a paused Deployment changes nothing until it is resumed", async () => {
  await using cluster = await startCluster();
  const client = cluster.of(deployments);
  await client.create("default", web("wait", 2));
  await rolledOut(cluster, "wait");
  await client.patch("default", "wait", { type: "merge", body: { spec: { paused: true } } });
  await client.patch("default", "wait", { type: "strategic", body: image("portolan/echo:2") });
  await eventually(
    "the condition",
    async () =>
      (await client.get("default", "wait")).status.conditions?.some(({ reason }) => reason === "DeploymentPaused"),
    { seconds: 10 },
  );
  await cluster.controllers.idle();
  assert.equal((await cluster.of(replicaSets).list("default")).items.length, 1);
  await client.patch("default", "wait", { type: "merge", body: { spec: { paused: null } } });
  await rolledOut(cluster, "wait");
  assert.equal((await cluster.of(replicaSets).list("default")).items.length, 2);
});
