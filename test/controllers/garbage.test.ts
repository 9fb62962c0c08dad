import assert from "node:assert/strict";
import { test } from "node:test";
import { deployments } from "#api/apps/deployment.ts";
import { replicaSets } from "#api/apps/replica-set.ts";
import { configMaps } from "#api/core/config-map.ts";
import { events } from "#api/core/event.ts";
import { namespaces } from "#api/core/namespace.ts";
import { pods } from "#api/core/pod.ts";
import { secrets } from "#api/core/secret.ts";
import { services } from "#api/core/service.ts";
import { serviceAccounts } from "#api/core/service-account.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { refusedFor } from "#client/resource.ts";
import { eventually } from "../harness/eventually.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const web = (name: string, namespace = "default") => ({
  metadata: { name, namespace },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "web", image: "portolan/echo" }] } },
  },
});

const countsIn = async ({ of }: Cluster, namespace: string): Promise<readonly number[]> => [
  (await of(deployments).list(namespace)).items.length,
  (await of(replicaSets).list(namespace)).items.length,
  (await of(pods).list(namespace)).items.length,
];
const eventuallyCounted = (cluster: Cluster, expected: readonly number[]) =>
  eventually(
    `${expected} Deployments, ReplicaSets, pods`,
    async () => assert.deepEqual(await countsIn(cluster, "default"), expected) ?? true,
    { seconds: 10 },
  );

for (const { propagationPolicy, left } of [
  { propagationPolicy: "Background", left: [0, 0, 0] },
  { propagationPolicy: "Foreground", left: [0, 0, 0] },
  { propagationPolicy: "Orphan", left: [0, 1, 2] },
] as const)
  test(`deleting a Deployment with ${propagationPolicy} leaves ${left} Deployments, ReplicaSets, pods`, async () => {
    await using cluster = await startCluster();
    await cluster.of(deployments).create("default", web("gone"));
    await eventuallyCounted(cluster, [1, 1, 2]);
    await cluster.of(deployments).delete("default", "gone", { propagationPolicy });
    await eventuallyCounted(cluster, left);
    await cluster.controllers.idle();
    assert.deepEqual(await countsIn(cluster, "default"), left);
    const [set] = (await cluster.of(replicaSets).list("default")).items;
    assert.equal(set?.metadata.ownerReferences, undefined);
    assert.deepEqual(cluster.failures, []);
  });

test("an owner is known by any version that it is served in", async () => {
  await using cluster = await startCluster();
  const { metadata } = await cluster.of(ingresses).create("default", {
    metadata: { name: "front" },
    spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } },
  });
  const owner = { apiVersion: "extensions/v1beta1", kind: "Ingress", name: "front" };
  for (const [name, uid] of [
    ["kept", metadata.uid],
    ["stray", "of-nobody"],
  ] as const)
    await cluster.of(configMaps).create("default", { metadata: { name, ownerReferences: [{ ...owner, uid }] } });
  const left = async () => (await cluster.of(configMaps).list("default")).items.map((one) => one.metadata.name);
  await eventually("the stray one is gone", async () => !(await left()).includes("stray"), { seconds: 10 });
  assert((await left()).includes("kept"));
  await cluster.of(ingresses).delete("default", "front");
  await eventually("the owned one is gone", async () => !(await left()).includes("kept"), { seconds: 10 });
});

test("orphaned ReplicaSets are taken over by a Deployment that selects them, without new pods", async () => {
  await using cluster = await startCluster();
  await cluster.of(deployments).create("default", web("again"));
  await eventuallyCounted(cluster, [1, 1, 2]);
  const before = (await cluster.of(pods).list("default")).items.map(({ metadata }) => metadata.uid);
  await cluster.of(deployments).delete("default", "again", { propagationPolicy: "Orphan" });
  await eventuallyCounted(cluster, [0, 1, 2]);
  const { metadata } = await cluster.of(deployments).create("default", web("again"));
  await eventually(
    "the adoption",
    async () =>
      (await cluster.of(replicaSets).list("default")).items[0]?.metadata.ownerReferences?.[0]?.uid === metadata.uid,
    { seconds: 10 },
  );
  await cluster.controllers.idle();
  assert.deepEqual(
    (await cluster.of(pods).list("default")).items.map((pod) => pod.metadata.uid),
    before,
  );
});

const owned = (
  name: string,
  owners: readonly { readonly name: string; readonly uid: string }[],
  namespace = "default",
) => ({
  metadata: {
    name,
    namespace,
    ownerReferences: owners.map((owner) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      blockOwnerDeletion: true,
      ...owner,
    })),
  },
});
const isThere = async ({ of }: Cluster, name: string, namespace = "default"): Promise<boolean> => {
  try {
    return (await of(configMaps).get(namespace, name)) !== undefined;
  } catch (fault) {
    if (refusedFor(fault, "NotFound")) return false;
    throw fault;
  }
};

test("an object with two owners loses the one that goes, and stays", async () => {
  await using cluster = await startCluster();
  const client = cluster.of(configMaps);
  const a = await client.create("default", { metadata: { name: "a", namespace: "default" } });
  const b = await client.create("default", { metadata: { name: "b", namespace: "default" } });
  const refs = [a, b].map(({ metadata }) => ({ name: metadata.name, uid: metadata.uid }));
  await client.create("default", owned("child", refs));
  await client.delete("default", "a", { propagationPolicy: "Foreground" });
  await eventually("a to go", async () => !(await isThere(cluster, "a")), { seconds: 10 });
  const child = await client.get("default", "child");
  assert.deepEqual(
    child.metadata.ownerReferences?.map(({ uid }) => uid),
    [b.metadata.uid],
  );
});

test("an owner that never was means deletion; one in another namespace counts as none, with an event", async () => {
  await using cluster = await startCluster();
  const client = cluster.of(configMaps);
  await client.create("default", owned("lost", [{ name: "nobody", uid: "5f0c9e0e-0000-4000-8000-000000000000" }]));
  await eventually("the lost one to go", async () => !(await isThere(cluster, "lost")), { seconds: 10 });
  const far = await client.create("kube-public", { metadata: { name: "far", namespace: "kube-public" } });
  await cluster.controllers.idle();
  await client.create("default", owned("astray", [{ name: "far", uid: far.metadata.uid }]));
  await eventually("the astray one to go", async () => !(await isThere(cluster, "astray")), { seconds: 10 });
  await eventually(
    "the event",
    async () =>
      (await cluster.of(events).list("default")).items.some(
        ({ reason, message }) =>
          reason === "OwnerRefInvalidNamespace" && message?.endsWith('does not exist in namespace "default"'),
      ),
    { seconds: 10 },
  );
  assert.ok(await isThere(cluster, "far", "kube-public"));
});

test("a foreground deletion waits for what blocks it, and for nothing else that it owns", async () => {
  await using cluster = await startCluster();
  const client = cluster.of(configMaps);
  const { metadata } = await client.create("default", { metadata: { name: "owner", namespace: "default" } });
  const held = (name: string, blockOwnerDeletion: boolean) => ({
    metadata: {
      name,
      namespace: "default",
      finalizers: ["example.com/hold"],
      ownerReferences: [
        {
          apiVersion: "v1",
          kind: "ConfigMap",
          name: "owner",
          uid: metadata.uid,
          controller: false,
          blockOwnerDeletion,
        },
      ],
    },
  });
  await client.create("default", held("blocks", true));
  await client.create("default", held("follows", false));
  await client.delete("default", "owner", { propagationPolicy: "Foreground" });
  for (const name of ["blocks", "follows"])
    await eventually(
      `${name} is on its way`,
      async () => (await client.get("default", name)).metadata.deletionTimestamp !== undefined,
      { seconds: 10 },
    );
  await cluster.controllers.idle();
  assert.deepEqual((await client.get("default", "owner")).metadata.finalizers, ["foregroundDeletion"]);
  await client.patch("default", "blocks", { type: "merge", body: { metadata: { finalizers: null } } });
  await eventually("the owner to go", async () => !(await isThere(cluster, "owner")), { seconds: 10 });
  assert.ok(await isThere(cluster, "follows"), "its own finalizer still holds it");
});

test("two objects that own each other stay, cost nothing, and go together when one is deleted in the foreground", async () => {
  await using cluster = await startCluster();
  const client = cluster.of(configMaps);
  const a = await client.create("default", { metadata: { name: "a", namespace: "default" } });
  const b = await client.create("default", owned("b", [{ name: "a", uid: a.metadata.uid }]));
  const body = {
    metadata: { ownerReferences: owned("a", [{ name: "b", uid: b.metadata.uid }]).metadata.ownerReferences },
  };
  await client.patch("default", "a", { type: "merge", body });
  await cluster.controllers.idle();
  assert.ok((await isThere(cluster, "a")) && (await isThere(cluster, "b")));
  await client.delete("default", "a", { propagationPolicy: "Foreground" });
  await eventually("both to go", async () => !(await isThere(cluster, "a")) && !(await isThere(cluster, "b")), {
    seconds: 10,
  });
});

test("a new namespace gets an account and the certificate; deleting it takes all it holds along", async () => {
  await using cluster = await startCluster();
  const { of } = cluster;
  await of(namespaces).create("", { metadata: { name: "shop" } });
  await eventually("the account", () => of(serviceAccounts).get("shop", "default"), { seconds: 10 });
  const ca = await eventually("the certificate", () => of(configMaps).get("shop", "kube-root-ca.crt"), { seconds: 10 });
  assert.deepEqual(ca.data, { "ca.crt": "the certificate" });
  await of(configMaps).delete("shop", "kube-root-ca.crt");
  await eventually("the certificate again", () => of(configMaps).get("shop", "kube-root-ca.crt"), { seconds: 10 });
  await of(deployments).create("shop", web("front", "shop"));
  await of(secrets).create("shop", { metadata: { name: "key", namespace: "shop", finalizers: ["test/hold"] } });
  await of(services).create("shop", {
    metadata: { name: "front", namespace: "shop" },
    spec: { selector: { app: "front" }, ports: [{ port: 80 }] },
  });
  await eventually("the pods", async () => (await of(pods).list("shop")).items.length === 2, { seconds: 10 });
  await of(namespaces).delete("", "shop");
  const held = await eventually(
    "only the secret to be left",
    async () => {
      const { status } = await of(namespaces).get("", "shop");
      const about = status.conditions?.find(({ type }) => type === "NamespaceFinalizersRemaining");
      return about?.status === "True" && (await countsIn(cluster, "shop")).every((n) => n === 0) ? about : undefined;
    },
    { seconds: 10 },
  );
  assert.equal(
    held.message,
    "Some content in the namespace has finalizers remaining: test/hold in 1 resource instances",
  );
  await of(secrets).patch("shop", "key", { type: "merge", body: { metadata: { finalizers: null } } });
  await eventually(
    "the namespace to go",
    async () => !(await of(namespaces).list("")).items.some(({ metadata }) => metadata.name === "shop"),
    { seconds: 10 },
  );
  assert.deepEqual(cluster.failures, []);
});
