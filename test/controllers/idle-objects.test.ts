import assert from "node:assert/strict";
import { test } from "node:test";
import { daemonSets } from "#api/apps/daemon-set.ts";
import { deployments } from "#api/apps/deployment.ts";
import { cronJobs } from "#api/batch/cron-job.ts";
import { events } from "#api/core/event.ts";
import { startControllers } from "#daemons/controllers/controllers.ts";
import { eventually } from "../harness/eventually.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const labels = { app: "a" };
const template = { metadata: { labels }, spec: { containers: [{ name: "main", image: "nginx" }] } };
const ofAll = { metadata: { name: "one" }, spec: { selector: { matchLabels: labels }, template } };

const remarks = async (cluster: Cluster): Promise<readonly (readonly unknown[])[]> => {
  const { items } = await cluster.of(events).list("default");
  return items
    .filter(({ reason }) => reason === "NoController")
    .map(({ involvedObject, type, message }) => [involvedObject.kind, involvedObject.name, type, message]);
};

test("an object that nothing acts on says so once, in an event", async () => {
  await using cluster = await startCluster();
  await cluster.of(daemonSets).create("default", ofAll);
  const told = [
    [
      "DaemonSet",
      "one",
      "Warning",
      "This version of Portolan has no controller for the kind DaemonSet: it makes no pods. Only a controller of your own would.",
    ],
  ];
  await eventually("the event", async () => (await remarks(cluster)).length === 1, { seconds: 10 });
  assert.deepEqual(await remarks(cluster), told);
  await cluster.of(daemonSets).patch("default", "one", { type: "merge", body: { spec: { minReadySeconds: 3 } } });
  await cluster.of(deployments).create("default", ofAll);
  await cluster.controllers.idle();
  assert.deepEqual(await remarks(cluster), told, "neither again after a change, nor of what has a controller");
});

test("who starts anew doesn't say it again", async () => {
  await using cluster = await startCluster();
  const jobTemplate = { spec: { template: { spec: { ...template.spec, restartPolicy: "Never" as const } } } };
  await cluster
    .of(cronJobs)
    .create("default", { metadata: { name: "one" }, spec: { schedule: "@daily", jobTemplate } });
  await eventually("the event", async () => (await remarks(cluster)).length === 1, { seconds: 10 });
  const failures: unknown[] = [];
  const again = startControllers({
    transport: cluster.transport,
    informers: cluster.informers,
    now: Date.now,
    random: Math.random,
    failed: (failure) => failures.push(failure),
    elapsedMs: () => performance.now(),
    graceSeconds: 40,
    podBlocks: [],
    caPem: "the certificate",
  });
  await again.idle();
  await again.stop();
  assert.equal((await remarks(cluster)).length, 1);
  assert.deepEqual(failures, []);
});
