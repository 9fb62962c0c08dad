import assert from "node:assert/strict";
import { test } from "node:test";
import { services } from "#api/core/service.ts";
import { type ServiceCIDR, serviceCidrs } from "#api/networking/service-cidr.ts";
import { eventually } from "../harness/eventually.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const ready = ({ status }: ServiceCIDR) => status.conditions?.find(({ type }) => type === "Ready");
const isReady = async ({ of }: Cluster, name: string): Promise<boolean> =>
  ready(await of(serviceCidrs).get("", name))?.status === "True";
const isThere = async ({ of }: Cluster, name: string): Promise<boolean> =>
  (await of(serviceCidrs).list("")).items.some(({ metadata }) => metadata.name === name);
const add = ({ of }: Cluster, name: string, cidr: string) =>
  of(serviceCidrs).create("", { metadata: { name }, spec: { cidrs: [cidr] } });
const seconds = 10;

test("a range is ready once it is held, and goes at once where nobody has an address of it", async () => {
  await using cluster = await startCluster();
  await eventually("the cluster's own is ready", () => isReady(cluster, "kubernetes"), { seconds });
  await add(cluster, "more", "10.200.0.0/24");
  await eventually("the other is ready", () => isReady(cluster, "more"), { seconds });
  const { metadata } = await cluster.of(serviceCidrs).get("", "more");
  assert.deepEqual(metadata.finalizers, ["networking.k8s.io/service-cidr-finalizer"]);
  await cluster.of(serviceCidrs).delete("", "more");
  await eventually("it is gone", async () => !(await isThere(cluster, "more")), { seconds });
});

test("a range that is deleted waits for its last address, or for another range that has it too", async () => {
  await using cluster = await startCluster();
  const { of } = cluster;
  await add(cluster, "more", "10.200.0.0/24");
  await eventually("it is ready", () => isReady(cluster, "more"), { seconds });
  const spec = { clusterIP: "10.200.0.7", ports: [{ port: 80 }] };
  await of(services).create("default", { metadata: { name: "web", namespace: "default" }, spec });
  await of(serviceCidrs).delete("", "more");
  const waits = async (): Promise<boolean> => ready(await of(serviceCidrs).get("", "more"))?.reason === "Terminating";
  await eventually("it says that it waits", waits, { seconds });
  await add(cluster, "wider", "10.200.0.0/16");
  await eventually("it need not wait any more", async () => !(await isThere(cluster, "more")), { seconds });
  await eventually("the wider one is ready", () => isReady(cluster, "wider"), { seconds });
  await of(serviceCidrs).delete("", "wider");
  await of(services).delete("default", "web");
  await eventually("the wider one is gone with the Service", async () => !(await isThere(cluster, "wider")), {
    seconds,
  });
});
