import assert from "node:assert/strict";
import { test } from "node:test";
import { endpoints } from "#api/core/endpoints.ts";
import { nodes } from "#api/core/node.ts";
import { pods } from "#api/core/pod.ts";
import { services } from "#api/core/service.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { eventually } from "../harness/eventually.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const pod = (name: string, labels: Readonly<Record<string, string>>, spec: object = {}) => ({
  metadata: { name, namespace: "default", labels },
  spec: {
    containers: [{ name: "web", image: "portolan/echo", ports: [{ name: "http", containerPort: 8080 }] }],
    ...spec,
  },
});
const service = (name: string, spec: object) => ({ metadata: { name, namespace: "default" }, spec });

const slicesOf = async ({ of }: Cluster, name: string): Promise<readonly EndpointSlice[]> =>
  (await of(endpointSlices).list("default", { labelSelector: `kubernetes.io/service-name=${name}` })).items;

/** `name ready serving terminating` of every endpoint, sorted. */
const told = (slices: readonly EndpointSlice[]): readonly string[] =>
  slices
    .flatMap((slice) => slice.endpoints)
    .map(({ targetRef, conditions: { ready, serving, terminating } }) => {
      const states = Object.entries({ ready, serving, terminating }).filter(([, is]) => is === true);
      return [targetRef?.name, ...states.map(([name]) => name)].join(" ");
    })
    .toSorted();

const eventuallyTold = (
  cluster: Cluster,
  name: string,
  expected: readonly string[],
): Promise<readonly EndpointSlice[]> =>
  eventually(
    `endpoints of ${name}: ${expected.join(", ")}`,
    async () => {
      const slices = await slicesOf(cluster, name);
      assert.deepEqual(told(slices), expected);
      return slices;
    },
    { seconds: 10 },
  );

test("slices and Endpoints tell who stands behind a Service, and at which port", async () => {
  await using cluster = await startCluster({ readiness: "by hand" });
  const { of, kubelet } = cluster;
  await of(services).create(
    "default",
    service("web", { selector: { app: "web" }, ports: [{ port: 80, targetPort: "http" }] }),
  );
  await eventually("a slice, also without endpoints", async () => (await slicesOf(cluster, "web")).length === 1, {
    seconds: 10,
  });
  await of(pods).create("default", pod("a", { app: "web" }));
  await of(pods).create("default", pod("b", { app: "web" }));
  await of(pods).create("default", pod("c", { app: "other" }));
  await eventuallyTold(cluster, "web", ["a", "b"]);
  const a = await of(pods).get("default", "a");
  await kubelet.setReady(a, true);
  const [slice] = await eventuallyTold(cluster, "web", ["a ready serving", "b"]);
  assert.ok(slice);
  assert.deepEqual(slice.ports, [{ name: "", port: 8080, protocol: "TCP" }]);
  assert.equal(slice.addressType, "IPv4");
  assert.equal(slice.metadata.labels?.["endpointslice.kubernetes.io/managed-by"], "endpointslice-controller.k8s.io");
  assert.equal(slice.metadata.ownerReferences?.[0]?.kind, "Service");
  const endpoint = slice.endpoints.find(({ targetRef }) => targetRef?.name === "a");
  assert.equal(endpoint?.nodeName, "node-1");
  assert.equal(endpoint?.zone, "zone-1");
  const { podIP } = (await of(pods).get("default", "a")).status;
  assert.deepEqual(endpoint?.addresses, [podIP]);
  const legacy = await eventually(
    "Endpoints with one address",
    async () => {
      const { subsets } = await of(endpoints).get("default", "web");
      return subsets?.[0]?.addresses?.length === 1 ? subsets : undefined;
    },
    { seconds: 10 },
  );
  assert.equal(legacy[0]?.addresses?.[0]?.ip, podIP);
  assert.equal(legacy[0]?.notReadyAddresses?.[0]?.targetRef?.name, "b");
  assert.deepEqual(legacy[0]?.ports, [{ port: 8080, protocol: "TCP" }]);
  await kubelet.setReady(a, false);
  await eventuallyTold(cluster, "web", ["a", "b"]);
  await of(services).delete("default", "web");
  await eventually("everything gone", async () => (await slicesOf(cluster, "web")).length === 0, { seconds: 10 });
  await eventually(
    "the Endpoints gone",
    async () => !(await of(endpoints).list("default")).items.some(({ metadata }) => metadata.name === "web"),
    { seconds: 10 },
  );
  assert.deepEqual(cluster.failures, []);
});

test("a pod that ends is serving and terminating, and an ended one is nowhere", async () => {
  await using cluster = await startCluster();
  const { of } = cluster;
  await of(services).create("default", service("end", { selector: { app: "end" }, ports: [{ port: 80 }] }));
  const holding = pod("held", { app: "end" });
  await of(pods).create("default", { ...holding, metadata: { ...holding.metadata, finalizers: ["test/hold"] } });
  await eventuallyTold(cluster, "end", ["held ready serving"]);
  await of(pods).delete("default", "held");
  await eventuallyTold(cluster, "end", ["held serving terminating"]);
  await of(pods).patch("default", "held", { type: "merge", body: { metadata: { finalizers: null } } });
  await eventuallyTold(cluster, "end", []);
});

test("headless, publishNotReadyAddresses, hostname, no selector, named ports that differ", async () => {
  await using cluster = await startCluster({ readiness: "by hand" });
  const { of } = cluster;
  const publishing = { selector: { app: "db" }, clusterIP: "None", publishNotReadyAddresses: true };
  await of(services).create(
    "default",
    service("db", { ...publishing, ports: [{ name: "sql", port: 3306, targetPort: "sql" }] }),
  );
  await of(services).create("default", service("own", { ports: [{ port: 80 }] }));
  const ports = (containerPort: number) => ({
    containers: [{ name: "db", image: "mysql", ports: [{ name: "sql", containerPort }] }],
  });
  await of(pods).create("default", pod("db-0", { app: "db" }, { ...ports(3306), hostname: "db-0", subdomain: "db" }));
  await of(pods).create(
    "default",
    pod("db-1", { app: "db" }, { ...ports(3307), hostname: "db-1", subdomain: "other" }),
  );
  const slices = await eventuallyTold(cluster, "db", ["db-0 ready", "db-1 ready"]);
  const byPod = new Map(slices.map((slice) => [slice.endpoints[0]?.targetRef?.name, slice]));
  assert.equal(byPod.size, 2);
  assert.equal(byPod.get("db-0")?.ports[0]?.port, 3306);
  assert.equal(byPod.get("db-1")?.ports[0]?.port, 3307);
  assert.equal(byPod.get("db-0")?.endpoints[0]?.hostname, "db-0");
  assert.equal(byPod.get("db-1")?.endpoints[0]?.hostname, undefined);
  assert.ok(slices.every(({ metadata }) => metadata.labels?.["service.kubernetes.io/headless"] === ""));
  assert.deepEqual(await slicesOf(cluster, "own"), []);
  assert.equal((await slicesOf(cluster, "kubernetes")).length, 1, "the API's own slice is left alone");
});

test("150 pods fill two slices, and one pod's change touches one of them", async () => {
  await using cluster = await startCluster();
  const { of } = cluster;
  await of(services).create("default", service("many", { selector: { app: "many" }, ports: [{ port: 80 }] }));
  await Promise.all(
    Array.from({ length: 150 }, (_, i) => of(pods).create("default", pod(`many-${i}`, { app: "many" }))),
  );
  const slices = await eventually(
    "150 ready endpoints",
    async () => {
      const all = await slicesOf(cluster, "many");
      return told(all).filter((one) => one.endsWith("ready serving")).length === 150 ? all : undefined;
    },
    { seconds: 20 },
  );
  assert.deepEqual(
    slices.map((slice) => slice.endpoints.length).toSorted((a, b) => b - a),
    [100, 50],
  );
  await of(pods).delete("default", "many-7");
  const after = await eventually(
    "149 endpoints",
    async () => {
      const all = await slicesOf(cluster, "many");
      return told(all).length === 149 ? all : undefined;
    },
    { seconds: 10 },
  );
  const versions = new Map(slices.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
  const changed = after.filter(({ metadata }) => versions.get(metadata.name) !== metadata.resourceVersion);
  assert.equal(changed.length, 1);
});

test("Endpoints written by hand are mirrored as long as they and their Service are there", async () => {
  await using cluster = await startCluster();
  const { of } = cluster;
  const eventuallyAt = (expected: readonly string[]) =>
    eventually(
      `mirrored: ${expected.join(", ")}`,
      async () => {
        const all = await slicesOf(cluster, "db");
        const at = all.flatMap((slice) =>
          slice.endpoints.map(({ addresses }) => `${addresses}:${slice.ports.map(({ port }) => port)}`),
        );
        assert.deepEqual(at.toSorted(), expected);
        return all;
      },
      { seconds: 10 },
    );
  await of(services).create("default", service("db", { ports: [{ port: 3306 }] }));
  const object = { metadata: { name: "db", namespace: "default" } };
  const subset = (ip: string, port: number) => ({ addresses: [{ ip }], ports: [{ port }] });
  await of(endpoints).create("default", { ...object, subsets: [subset("192.0.2.1", 3306)] });
  const [slice] = await eventuallyAt(["192.0.2.1:3306"]);
  assert.equal(slice?.metadata.ownerReferences?.[0]?.kind, "Endpoints");
  const body = { subsets: [subset("192.0.2.1", 3306), subset("192.0.2.1", 3307), subset("2001:db8::1", 3306)] };
  await of(endpoints).patch("default", "db", { type: "merge", body });
  await eventuallyAt(["192.0.2.1:3306", "192.0.2.1:3307", "2001:db8::1:3306"]);
  await of(endpoints).patch("default", "db", { type: "merge", body: { subsets: [subset("192.0.2.2", 3306)] } });
  await eventuallyAt(["192.0.2.2:3306"]);
  const label = (value: string | null) => ({
    metadata: { labels: { "endpointslice.kubernetes.io/skip-mirror": value } },
  });
  await of(endpoints).patch("default", "db", { type: "merge", body: label("true") });
  await eventuallyAt([]);
  await of(endpoints).patch("default", "db", { type: "merge", body: label(null) });
  await eventuallyAt(["192.0.2.2:3306"]);
  await of(endpoints).delete("default", "db");
  await eventuallyAt([]);
  await of(endpoints).create("default", { ...object, subsets: [subset("192.0.2.3", 3306)] });
  await eventuallyAt(["192.0.2.3:3306"]);
  await of(services).delete("default", "db");
  await eventuallyAt([]);
  await eventually(
    "Endpoints gone with their Service",
    async () => (await of(endpoints).list("default")).items.every(({ metadata }) => metadata.name !== "db"),
    { seconds: 10 },
  );
  assert.equal((await slicesOf(cluster, "kubernetes")).length, 1, "the API's own Endpoints are not mirrored");
  assert.deepEqual(cluster.failures, []);
});

test("a wish for nearby endpoints becomes a hint, and no wish takes it away", async () => {
  await using cluster = await startCluster({ nodes: 2 });
  const { of } = cluster;
  await of(services).create(
    "default",
    service("near", { selector: { app: "near" }, ports: [{ port: 80 }], trafficDistribution: "PreferSameNode" }),
  );
  await of(pods).create("default", pod("a", { app: "near" }, { nodeName: "node-1" }));
  await of(pods).create("default", pod("b", { app: "near" }, { nodeName: "node-2" }));
  const eventuallyHinted = (expected: readonly string[]) =>
    eventually(
      `hints: ${expected.join(", ")}`,
      async () => {
        const all = (await slicesOf(cluster, "near")).flatMap((slice) => slice.endpoints);
        const hints = all.map(
          ({ nodeName, hints: { forZones = [], forNodes = [] } = {} }) =>
            `${nodeName}: ${[...forZones, ...forNodes].map(({ name }) => name).join(" ")}`,
        );
        assert.deepEqual(hints.toSorted(), expected);
        return true;
      },
      { seconds: 10 },
    );
  await eventuallyHinted(["node-1: zone-1 node-1", "node-2: zone-2 node-2"]);
  const wish = (trafficDistribution: string | null) =>
    of(services).patch("default", "near", { type: "merge", body: { spec: { trafficDistribution } } });
  await wish("PreferSameZone");
  await eventuallyHinted(["node-1: zone-1", "node-2: zone-2"]);
  const zone = { metadata: { labels: { "topology.kubernetes.io/zone": null } } };
  await of(nodes).patch("", "node-2", { type: "merge", body: zone });
  await eventuallyHinted(["node-1: zone-1", "node-2: "]);
  await wish(null);
  await eventuallyHinted(["node-1: ", "node-2: "]);
});
