import assert from "node:assert/strict";
import { test } from "node:test";
import { openMemoryStore } from "#store/memory.ts";
import { seeded } from "../harness/seeded.ts";
import { serve } from "./served.ts";

const services = "/api/v1/namespaces/default/services";
const merge = { "content-type": "application/merge-patch+json" };
const nodePort = (name: string, port = 0) => ({
  metadata: { name },
  spec: { type: "NodePort", ports: [{ port: 80, ...(port !== 0 && { nodePort: port }) }] },
});

test("every cluster has its API and its resolver as Services", async () => {
  await using served = await serve();
  const api = await served.send("GET", `${services}/kubernetes`);
  assert.deepEqual([api.at("spec", "clusterIP"), api.at("spec", "ports", 0, "port")], ["10.96.0.1", 443]);
  const slice = await served.send("GET", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes");
  assert.deepEqual([slice.at("endpoints", 0, "addresses", 0), slice.at("ports", 0, "port")], ["192.0.2.1", 6443]);
  const dns = await served.send("GET", "/api/v1/namespaces/kube-system/services/kube-dns");
  assert.deepEqual([dns.at("spec", "clusterIP"), dns.at("metadata", "labels", "k8s-app")], ["10.96.0.10", "kube-dns"]);
});

test("requests at once never get the same address or node port", async () => {
  await using served = await serve({ random: seeded(3) });
  const told = await Promise.all(
    Array.from({ length: 300 }, (_, i) => served.send("POST", services, { body: nodePort(`s${i}`) })),
  );
  assert.ok(told.every(({ status }) => status === 201));
  assert.equal(new Set(told.map((one) => one.at("spec", "clusterIP"))).size, 300);
  assert.equal(new Set(told.map((one) => one.at("spec", "ports", 0, "nodePort"))).size, 300);
});

test("of requests at once for one node port, one gets it", async () => {
  await using served = await serve();
  const told = await Promise.all(
    Array.from({ length: 20 }, (_, i) => served.send("POST", services, { body: nodePort(`s${i}`, 30_555) })),
  );
  assert.equal(told.filter(({ status }) => status === 201).length, 1);
  const refused = told.filter(({ status }) => status !== 201).map((one) => one.at("details", "causes", 0, "message"));
  assert.deepEqual([...new Set(refused)], ["Invalid value: 30555: provided port is already allocated"]);
});

test("what a refused Service would have had is free", async () => {
  await using served = await serve();
  await served.send("POST", services, { body: nodePort("a", 30_001) });
  const taken = await served.send("POST", services, { body: nodePort("a", 30_002) });
  assert.deepEqual([taken.status, taken.at("reason")], [409, "AlreadyExists"]);
  const bad = await served.send("POST", services, {
    body: { ...nodePort("b", 30_002), spec: { ...nodePort("b", 30_002).spec, sessionAffinity: "Cookie" } },
  });
  assert.equal(bad.status, 422);
  const tried = await served.send("POST", `${services}?dryRun=All`, { body: nodePort("c", 30_002) });
  assert.equal(tried.status, 201);
  assert.equal((await served.send("POST", services, { body: nodePort("d", 30_002) })).status, 201);
});

test("what a Service gives up, another may have", async () => {
  await using served = await serve();
  await served.send("POST", services, {
    body: { ...nodePort("a", 30_001), spec: { ...nodePort("a", 30_001).spec, clusterIP: "10.96.0.77" } },
  });
  const changed = await served.send("PATCH", `${services}/a`, {
    body: { spec: { type: "ClusterIP" } },
    headers: merge,
  });
  assert.deepEqual(
    [changed.status, changed.at("spec", "ports", 0, "nodePort"), changed.at("spec", "clusterIP")],
    [200, undefined, "10.96.0.77"],
    changed.text,
  );
  assert.equal((await served.send("POST", services, { body: nodePort("b", 30_001) })).status, 201);
  await served.send("DELETE", `${services}/a`);
  const again = await served.send("POST", services, {
    body: { metadata: { name: "c" }, spec: { clusterIP: "10.96.0.77", ports: [{ port: 80 }] } },
  });
  assert.equal(again.status, 201, again.text);
});

test("a Service is replaced by the file that made it", async () => {
  await using served = await serve();
  const made = await served.send("POST", services, { body: nodePort("a") });
  const replaced = await served.send("PUT", `${services}/a`, {
    body: { ...nodePort("a"), metadata: { name: "a", labels: { a: "b" } } },
  });
  assert.equal(replaced.status, 200, replaced.text);
  assert.deepEqual(replaced.at("spec"), made.at("spec"));
  const moved = await served.send("PATCH", `${services}/a`, {
    body: { spec: { clusterIP: "10.96.9.9" } },
    headers: merge,
  });
  assert.equal(moved.status, 422, "an address is kept for life");
});

test("a widened range of node ports counts at once; what a narrowed one leaves out is kept", async () => {
  await using served = await serve();
  assert.equal((await served.send("POST", services, { body: nodePort("a", 8123) })).status, 422);
  served.server.setNodePortRange({ first: 8000, last: 32_767 });
  assert.equal((await served.send("POST", services, { body: nodePort("a", 8123) })).status, 201);
  served.server.setNodePortRange({ first: 30_000, last: 32_767 });
  const labelled = await served.send("PATCH", `${services}/a`, {
    body: { metadata: { labels: { a: "b" } } },
    headers: merge,
  });
  assert.deepEqual([labelled.status, labelled.at("spec", "ports", 0, "nodePort")], [200, 8123]);
});

test("a server that starts anew knows what is held", async () => {
  const store = openMemoryStore();
  const first = await serve({ store });
  const made = await first.send("POST", services, { body: nodePort("a", 30_001) });
  first.server.close();
  await using second = await serve({ store });
  const port = await second.send("POST", services, { body: nodePort("b", 30_001) });
  assert.match(String(port.at("message")), /provided port is already allocated/);
  const address = await second.send("POST", services, {
    body: { metadata: { name: "c" }, spec: { clusterIP: made.at("spec", "clusterIP"), ports: [{ port: 80 }] } },
  });
  assert.match(String(address.at("message")), /provided IP is already allocated/);
});

test("a second address that a Service gives up, another may have at once", async () => {
  await using served = await serve({ furtherRanges: ["fd00:96::/112"] });
  const both = (name: string) => ({
    metadata: { name },
    spec: {
      ipFamilyPolicy: "RequireDualStack",
      clusterIP: `10.96.0.${name.length + 70}`,
      clusterIPs: [`10.96.0.${name.length + 70}`, "fd00:96::7"],
      ports: [{ port: 80 }],
    },
  });
  assert.equal((await served.send("POST", services, { body: both("a") })).status, 201);
  const taken = await served.send("POST", services, { body: both("bb") });
  assert.match(String(taken.at("message")), /failed to allocate IP fd00:96::7: provided IP is already allocated/);
  const single = { spec: { ipFamilyPolicy: "SingleStack" } };
  const given = await served.send("PATCH", `${services}/a`, { body: single, headers: merge });
  assert.deepEqual([given.status, given.at("spec", "clusterIPs")], [200, ["10.96.0.71"]]);
  assert.equal((await served.send("POST", services, { body: both("bb") })).status, 201);
  const back = { spec: { ipFamilyPolicy: "PreferDualStack", clusterIPs: ["10.96.0.71", "fd00:96::7"] } };
  assert.equal((await served.send("PATCH", `${services}/a`, { body: back, headers: merge })).status, 422);
});

test("a hundred wrong Services among a thousand are each refused by the name of their field, and hinder no other", async () => {
  await using served = await serve({ random: seeded(5) });
  const wrong: readonly (readonly [spec: object, field: string])[] = [
    [{ clusterIP: "10.096.0.7" }, "spec.clusterIPs[0]"],
    [{ clusterIP: "192.0.2.1" }, "spec.clusterIPs"],
    [{ type: "NodePort", ports: [{ port: 80, nodePort: 8123 }] }, "spec.ports[0].nodePort"],
    [{ ports: [{ port: 70_000 }] }, "spec.ports[0].port"],
    [{ ipFamilies: ["IPv6"] }, "spec.ipFamilies[0]"],
  ];
  const told = await Promise.all(
    Array.from({ length: 1000 }, (_, i) => {
      const [spec] = (i % 10 === 0 ? wrong[(i / 10) % wrong.length] : undefined) ?? [{}];
      const body = { metadata: { name: `s${i}` }, spec: { ports: [{ port: 80 }], ...spec } };
      return served.send("POST", services, { body });
    }),
  );
  for (const [i, one] of told.entries()) {
    const [, field] = (i % 10 === 0 ? wrong[(i / 10) % wrong.length] : undefined) ?? [];
    assert.deepEqual([one.status, one.at("details", "causes", 0, "field")], [field === undefined ? 201 : 422, field]);
  }
  const good = told.filter(({ status }) => status === 201);
  assert.equal(new Set(good.map((one) => one.at("spec", "clusterIP"))).size, 900);
});
