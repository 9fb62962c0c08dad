import assert from "node:assert/strict";
import { test } from "node:test";
import { deployments } from "#api/apps/deployment.ts";
import { pods } from "#api/core/pod.ts";
import { resourceQuotas } from "#api/core/resource-quota.ts";
import { services } from "#api/core/service.ts";
import { podSpec } from "#core/pod-specimens.ts";
import { eventually } from "../harness/eventually.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const namespace = "default";
const seconds = 10;
type Amounts = Readonly<Record<string, string>>;

const bind = ({ of }: Cluster, hard: Amounts, name = "q") =>
  of(resourceQuotas).create(namespace, { metadata: { name, namespace }, spec: { hard } });

const says = (cluster: Cluster, used: Amounts, name = "q") =>
  eventually(
    `the quota says ${JSON.stringify(used)}`,
    async () => {
      const { status } = await cluster.of(resourceQuotas).get(namespace, name);
      return JSON.stringify(status.used) === JSON.stringify(used);
    },
    { seconds },
  );

const run = ({ of }: Cluster, name: string) =>
  of(pods).create(namespace, { metadata: { name, namespace }, spec: podSpec("a") });

test("a new quota is told what is there already, and all that comes and goes", async () => {
  await using cluster = await startCluster();
  await Promise.all(["a", "b"].map((name) => run(cluster, name)));
  await bind(cluster, { pods: "3", services: "5", "count/deployments.apps": "2", "count/unknowns.example.com": "1" });
  await says(cluster, { pods: "2", services: "1", "count/deployments.apps": "0", "count/unknowns.example.com": "0" });
  await run(cluster, "c");
  await assert.rejects(run(cluster, "d"), /exceeded quota: q, requested: pods=1, used: pods=3, limited: pods=3/);
  await cluster.of(pods).delete(namespace, "a", { gracePeriodSeconds: 0 });
  await says(cluster, { pods: "2", services: "1", "count/deployments.apps": "0", "count/unknowns.example.com": "0" });
  await run(cluster, "d");
  await says(cluster, { pods: "3", services: "1", "count/deployments.apps": "0", "count/unknowns.example.com": "0" });
  assert.deepEqual(cluster.failures, []);
});

test("a pod that has ended makes room for another", async () => {
  await using cluster = await startCluster();
  await bind(cluster, { pods: "1", "count/pods": "5" });
  await says(cluster, { pods: "0", "count/pods": "0" });
  const pod = await run(cluster, "job");
  await eventually("it runs", async () => (await cluster.of(pods).get(namespace, "job")).status.phase === "Running", {
    seconds,
  });
  await cluster.of(pods).patch(namespace, pod.metadata.name, {
    type: "merge",
    subresource: "status",
    body: { status: { phase: "Succeeded" } },
  });
  await says(cluster, { pods: "0", "count/pods": "1" });
  await run(cluster, "next");
});

test("a quota that changes is in force as it says then", async () => {
  await using cluster = await startCluster();
  await bind(cluster, { pods: "1" });
  await says(cluster, { pods: "0" });
  await cluster.of(resourceQuotas).patch(namespace, "q", {
    type: "merge",
    body: { spec: { hard: { pods: null, "count/services": "1" } } },
  });
  await says(cluster, { "count/services": "1" });
  const service = { metadata: { name: "web", namespace }, spec: { ports: [{ port: 80 }] } };
  await assert.rejects(cluster.of(services).create(namespace, service), /exceeded quota: q/);
  await Promise.all(["a", "b"].map((name) => run(cluster, name)));
});

test("a Deployment makes as many pods as the quota lets it, and the rest when there is room", async () => {
  await using cluster = await startCluster();
  await bind(cluster, { pods: "3" });
  await says(cluster, { pods: "0" });
  const labels = { app: "web" };
  await cluster.of(deployments).create(namespace, {
    metadata: { name: "web", namespace },
    spec: { replicas: 5, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec("a") } },
  });
  const running = async () => (await cluster.of(pods).list(namespace)).items.length;
  await eventually("three are there", async () => (await running()) === 3, { seconds });
  await says(cluster, { pods: "3" });
  await cluster.of(resourceQuotas).patch(namespace, "q", { type: "merge", body: { spec: { hard: { pods: "9" } } } });
  await eventually("five are there", async () => (await running()) === 5, { seconds: 60 });
  await says(cluster, { pods: "5" });
});

test("pods that come and go at once never are more than the quota lets in, and are all counted in the end", async () => {
  await using cluster = await startCluster();
  await bind(cluster, { pods: "5", "requests.cpu": "1" });
  await says(cluster, { pods: "0", "requests.cpu": "0" });
  const there = new Set<string>();
  let most = 0;
  const stopLooking = cluster.informers.of(pods).onChange((before, after) => {
    if (after !== undefined) there.add(after.metadata.name);
    else if (before !== undefined) there.delete(before.metadata.name);
    most = Math.max(most, there.size);
  });
  const [container] = podSpec("a").containers;
  assert.ok(container);
  const spec = { ...podSpec("a"), containers: [{ ...container, resources: { requests: { cpu: "100m" } } }] };
  const comeAndGo = async (name: string): Promise<void> => {
    for (let round = 0; round < 10; round++) {
      const made = await cluster
        .of(pods)
        .create(namespace, { metadata: { name, namespace }, spec })
        .then(() => true)
        .catch((fault: unknown) => {
          assert.match(String(fault), /exceeded quota/);
          return false;
        });
      if (made) await cluster.of(pods).delete(namespace, name, { gracePeriodSeconds: 0 });
    }
  };
  await Promise.all(Array.from({ length: 12 }, (_, i) => comeAndGo(`p-${i}`)));
  stopLooking();
  assert.ok(most > 0 && most <= 5, `${most} at once`);
  await says(cluster, { pods: "0", "requests.cpu": "0" });
});
