import assert from "node:assert/strict";
import { test } from "node:test";
import { openMemoryStore } from "#store/memory.ts";
import { eventually } from "../harness/eventually.ts";
import { type Served, serve } from "./served.ts";

const ranges = "/apis/networking.k8s.io/v1/servicecidrs";
const addresses = "/apis/networking.k8s.io/v1/ipaddresses";
const services = "/api/v1/namespaces/default/services";
const merge = { "content-type": "application/merge-patch+json" };
const ready = [{ type: "Ready", status: "True", reason: "", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" }];

const service = (name: string, spec: object = {}): object => ({
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
});

async function addRange({ send }: Served, name: string, ...cidrs: readonly string[]): Promise<void> {
  const made = await send("POST", ranges, { body: { metadata: { name }, spec: { cidrs } } });
  assert.equal(made.status, 201, made.text);
  await send("PATCH", `${ranges}/${name}/status`, { body: { status: { conditions: ready } }, headers: merge });
}
async function parentsIn({ send }: Served): Promise<Readonly<Record<string, unknown>>> {
  const { items } = JSON.parse((await send("GET", addresses)).text);
  assert(Array.isArray(items));
  return Object.fromEntries(
    items.map(({ metadata, spec: { parentRef } }) => [metadata.name, `${parentRef.namespace}/${parentRef.name}`]),
  );
}

test("the cluster's own range is a ServiceCIDR, and its addresses are IPAddresses", async () => {
  await using served = await serve({ furtherRanges: ["fd00:10::/112"] });
  assert.deepEqual((await served.send("GET", `${ranges}/kubernetes`)).at("spec", "cidrs"), [
    "10.96.0.0/12",
    "fd00:10::/112",
  ]);
  const own = { "10.96.0.1": "default/kubernetes", "10.96.0.10": "kube-system/kube-dns" };
  assert.deepEqual(await parentsIn(served), own);
  const spec = { ipFamilyPolicy: "RequireDualStack", clusterIPs: ["10.96.0.7", "fd00:10::7"], clusterIP: "10.96.0.7" };
  await served.send("POST", services, { body: service("web", spec) });
  assert.deepEqual(await parentsIn(served), { ...own, "10.96.0.7": "default/web", "fd00:10::7": "default/web" });
  const address = await served.send("GET", `${addresses}/fd00:10::7`);
  assert.deepEqual(address.at("metadata", "labels"), {
    "ipaddress.kubernetes.io/ip-family": "IPv6",
    "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
  });
  await served.send("DELETE", `${services}/web`);
  await eventually("its addresses are gone", async () => Object.keys(await parentsIn(served)).length === 2, {
    seconds: 5,
  });
});

test("an address that a Service doesn't get leaves nothing behind", async () => {
  await using served = await serve();
  const before = await parentsIn(served);
  assert.equal((await served.send("POST", `${services}?dryRun=All`, { body: service("web") })).status, 201);
  assert.equal((await served.send("POST", services, { body: service("kubernetes") })).status, 409);
  await eventually("all is as before", async () => JSON.stringify(await parentsIn(served)) === JSON.stringify(before), {
    seconds: 5,
  });
});

test("an address that somebody else has is given to nobody, and stays theirs", async () => {
  await using served = await serve();
  const { send } = served;
  const body = { metadata: { name: "10.96.0.7" }, spec: { parentRef: { resource: "gateways", name: "edge" } } };
  assert.equal((await send("POST", addresses, { body })).status, 201);
  const refused = await send("POST", services, { body: service("web", { clusterIP: "10.96.0.7" }) });
  assert.equal(
    refused.at("message"),
    'Service "web" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.7"]: failed to allocate IP 10.96.0.7: provided IP is already allocated',
  );
  await send("DELETE", `${addresses}/10.96.0.7`);
  const given = await send("POST", services, { body: service("web", { clusterIP: "10.96.0.7" }) });
  assert.equal(given.status, 201, given.text);
  const taken = await send("POST", addresses, { body });
  assert.deepEqual([taken.status, taken.at("reason")], [409, "AlreadyExists"]);
});

test("what a Service has and what there is of it are brought together at the start, and when somebody meddles", async () => {
  const store = openMemoryStore();
  const key = (name: string): string => `/registry/networking.k8s.io/ipaddresses/${name}`;
  {
    const served = await serve({ store });
    await served.send("POST", services, { body: service("web", { clusterIP: "10.96.0.7" }) });
    served.server.close();
  }
  const there = await store.get(key("10.96.0.7"));
  assert(there !== undefined);
  await store.write({
    key: key("10.96.0.8"),
    value: () => Buffer.from(there.value.toString().replaceAll("10.96.0.7", "10.96.0.8")),
    expect: 0,
  });
  await store.write({ key: key("10.96.0.7"), value: undefined, expect: there.modRevision });
  await using served = await serve({ store });
  const isRight = async (): Promise<boolean> => {
    const parents = await parentsIn(served);
    return parents["10.96.0.7"] === "default/web" && !("10.96.0.8" in parents);
  };
  await eventually("each has what it should", isRight, { seconds: 5 });
  await served.send("DELETE", `${addresses}/10.96.0.7`);
  await eventually("it is made anew", isRight, { seconds: 5 });
});

test("a range that is added gives addresses by name, and when the first is full", async () => {
  await using served = await serve({ serviceRange: "10.96.0.0/28" });
  const { send } = served;
  const asked = service("asked", { clusterIP: "10.200.0.77" });
  assert.equal((await send("POST", services, { body: asked })).status, 422);
  await addRange(served, "more", "10.200.0.0/24");
  const made = await send("POST", services, { body: asked });
  assert.equal(made.at("spec", "clusterIP"), "10.200.0.77", made.text);
  const given = new Set<unknown>();
  for (let i = 0; i < 20; i++)
    given.add((await send("POST", services, { body: service(`web-${i}`) })).at("spec", "clusterIP"));
  assert.equal(given.size, 20);
  assert.equal(
    [...given].filter((ip) => String(ip).startsWith("10.96.0.")).length,
    12,
    "14 of the first, without the two that are there",
  );
  assert.equal([...given].filter((ip) => String(ip).startsWith("10.200.0.")).length, 8);
  const slice = { metadata: { name: "loop" }, addressType: "IPv4", endpoints: [{ addresses: ["10.200.0.5"] }] };
  const looping = await send("POST", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", { body: slice });
  assert.equal(looping.status, 422, "a Service can't stand behind a Service");
});

test("a range that is on its way out gives nothing any more", async () => {
  await using served = await serve();
  const { send } = served;
  await addRange(served, "more", "10.200.0.0/24");
  const finalizers = ["networking.k8s.io/service-cidr-finalizer"];
  await send("PATCH", `${ranges}/more`, { body: { metadata: { finalizers } }, headers: merge });
  await send("DELETE", `${ranges}/more`);
  const refused = await send("POST", services, { body: service("web", { clusterIP: "10.200.0.7" }) });
  assert.equal(refused.status, 422, refused.text);
});

test("many at once get an address each", async () => {
  await using served = await serve({ serviceRange: "10.96.0.0/26" });
  const made = await Promise.all(
    Array.from({ length: 80 }, (_, i) => served.send("POST", services, { body: service(`web-${i}`) })),
  );
  const given = made.filter(({ status }) => status === 201).map((one) => String(one.at("spec", "clusterIP")));
  assert.equal(new Set(given).size, given.length);
  assert.equal(given.length, 60, "62 usable ones, without the two that are there");
  assert.deepEqual(Object.keys(await parentsIn(served)).length, 62);
});
