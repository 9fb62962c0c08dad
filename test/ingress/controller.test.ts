import assert from "node:assert/strict";
import { test } from "node:test";
import { secrets } from "#api/core/secret.ts";
import { services } from "#api/core/service.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { ownClass } from "#api/networking/ingress-class/own.ts";
import { ingressClasses } from "#api/networking/ingress-class.ts";
import { ingressPlace } from "#cluster/ingress-rights.ts";
import { createAuthority } from "#os/pki.ts";
import { eventually } from "../harness/eventually.ts";

import { controlling, sliceOf } from "./controlling.ts";

const within = { seconds: 10 };
const backend = { service: { name: "web", port: { number: 80 } } };
const ingress = (name: string, host: string, spec: object = {}) => ({
  metadata: { name },
  spec: {
    ingressClassName: ownClass,
    rules: [{ host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
    ...spec,
  },
});
const web = { metadata: { name: "web" }, spec: { ports: [{ port: 80, targetPort: 8080 }], selector: { app: "web" } } };
const slice = (...addresses: readonly string[]) => sliceOf("web", addresses);

test("an Ingress is served from its pods' addresses, and says where", async () => {
  await using world = await controlling();
  await world.of(services).create("default", web);
  await world.of(endpointSlices).create("default", slice("10.244.0.5", "10.244.0.6"));
  await world.of(ingresses).create("default", ingress("shop", "shop.example.com"));
  const members = () =>
    [...(world.engine.table?.backends.values() ?? [])].flatMap(({ pool }) => pool.members.map(({ ip }) => ip.text));
  await eventually("the host", async () => world.hosts().includes("shop.example.com"), within);
  await eventually("its pods", async () => members().join() === "10.244.0.5,10.244.0.6", within);
  await eventually("its address", async () => (await world.addressOf("shop"))?.join() === "192.0.2.1", within);
  const before = world.engine.changes.length;
  await world.of(endpointSlices).update({
    ...(await world.of(endpointSlices).get("default", "web-1")),
    ...{ endpoints: slice("10.244.0.7").endpoints },
  });
  await eventually("the new pod", async () => members().join() === "10.244.0.7", within);
  const [change] = world.engine.changes.slice(before);
  assert.deepEqual([change?.backends.size, change?.hosts.size, change?.others], [1, 0, false]);
  assert.deepEqual(world.failures, []);
});

test("status follows the Service before the controller, and goes when the Ingress is somebody else's", async () => {
  await using world = await controlling();
  await world.of(ingresses).create("default", ingress("shop", "shop.example.com"));
  const shows = (ips: string | undefined) =>
    eventually(`the address ${ips}`, async () => (await world.addressOf("shop"))?.join() === ips, within);
  await shows("192.0.2.1");
  await world.front("192.0.2.9", "192.0.2.8");
  await shows("192.0.2.8,192.0.2.9");
  await world.of(ingresses).patch("default", "shop", { type: "merge", body: { spec: { ingressClassName: "other" } } });
  await shows(undefined);
  assert.deepEqual(world.hosts(), []);
  await world.of(ingresses).patch("default", "shop", { type: "merge", body: { spec: { ingressClassName: ownClass } } });
  await shows("192.0.2.8,192.0.2.9");
  await world.of(ingressClasses).delete("", ownClass);
  await shows(undefined);
});

test("what an earlier controller has written goes, and what others have written stays", async () => {
  await using world = await controlling();
  await world.of(ingresses).create("default", ingress("shop", "shop.example.com"));
  await eventually("its address", async () => (await world.addressOf("shop"))?.join() === "192.0.2.1", within);
  await world.controller.stop({ graceSeconds: 0, drainSeconds: 0 });
  await world.of(ingresses).patch("default", "shop", { type: "merge", body: { spec: { ingressClassName: "other" } } });
  await world.of(ingresses).create("default", ingress("theirs", "b.example.com", { ingressClassName: "other" }));
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
  await world.of(ingresses).patch("default", "theirs", { type: "merge", subresource: "status", body: { status } });
  await using _ = await world.anew();
  await eventually("no address", async () => (await world.addressOf("shop")) === undefined, within);
  assert.deepEqual(await world.addressOf("theirs"), ["192.0.2.1"]);
});

test("nobody reads an address where no controller answers yet", async () => {
  await using world = await controlling({ isFronted: false });
  await world.of(ingresses).create("default", ingress("shop", "shop.example.com"));
  await eventually("the host", async () => world.hosts().length === 1, within);
  await world.controller.idle();
  assert.equal(await world.addressOf("shop"), undefined);
  await world.of(endpointSlices).create(ingressPlace.namespace, sliceOf(ingressPlace.name, ["10.244.0.2"]));
  await eventually("its address", async () => (await world.addressOf("shop"))?.join() === "192.0.2.1", within);
  const gone = await world.of(endpointSlices).get(ingressPlace.namespace, `${ingressPlace.name}-1`);
  await world.of(endpointSlices).update({ ...gone, endpoints: [] });
  await world.controller.idle();
  assert.deepEqual(await world.addressOf("shop"), ["192.0.2.1"], "a controller that starts anew has its address still");
});

test("a Secret is read by its name, and its certificate shown, also when it comes later or changes", async () => {
  await using world = await controlling();
  const tls = [{ hosts: ["shop.example.com"], secretName: "shop" }];
  await world.of(ingresses).create("default", ingress("shop", "shop.example.com", { tls }));
  await eventually("what is missing is told", async () => (await world.told()).length > 0, within);
  assert.ok((await world.told()).includes("Ingress shop CertificateMissing 1"), (await world.told()).join());
  const validity = { from: Date.now() - 1000, to: Date.now() + 3_600_000 };
  const authority = await createAuthority("test", validity);
  const pair = async () => {
    const { certificate, key } = await authority.forServer({ name: "shop" }, ["shop.example.com"], validity);
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    return { "tls.crt": base64(certificate), "tls.key": base64(key) };
  };
  const shown = () => world.engine.table?.certificates.byHost.get("shop.example.com")?.fingerprint;
  await world.of(secrets).create("default", {
    metadata: { name: "shop" },
    type: "kubernetes.io/tls",
    data: await pair(),
  });
  await eventually("the certificate", async () => shown() !== undefined, within);
  const first = shown();
  await world.of(secrets).patch("default", "shop", { type: "merge", body: { data: await pair() } });
  await eventually("another one", async () => shown() !== undefined && shown() !== first, within);
  assert.deepEqual(world.failures, []);
});

test("what is wrong with an Ingress is told once, and again when its author has changed it", async () => {
  await using world = await controlling();
  await world.of(ingresses).create("default", ingress("bad", "bad.example.com"));
  const once = ["Ingress bad NoSuchService 1"];
  await eventually("an event", async () => (await world.told()).join() === once.join(), within);
  await world.of(services).create("default", { ...web, metadata: { name: "another" } });
  await world.controller.idle();
  assert.deepEqual(await world.told(), once);
  await world.of(ingresses).patch("default", "bad", {
    type: "merge",
    body: { spec: ingress("bad", "worse.example.com").spec },
  });
  const twice = "Ingress bad NoSuchService 2";
  await eventually("it is told again", async () => (await world.told()).join() === twice, within);
});

test("what the engine did not take is a part of what it is given next", async () => {
  await using world = await controlling();
  world.engine.refuses = true;
  await world.of(ingresses).create("default", ingress("one", "one.example.com"));
  await eventually("a refusal", async () => world.failures.length > 0, within);
  assert.match(world.controller.told.metrics.text(), /^portolan_ingress_table_failures_total [1-9]/m);
  await world.of(ingresses).create("default", ingress("two", "two.example.com"));
  world.engine.refuses = false;
  await eventually("both hosts", async () => world.hosts().length === 2, within);
  assert.ok(world.engine.changes.some(({ hosts }) => hosts.has("one.example.com") && hosts.has("two.example.com")));
});

test("at its end it is not ready first, and then lets its engine drain", async () => {
  await using world = await controlling();
  const { told, stop } = world.controller;
  assert.equal(told.isReady(), true);
  const stopped = stop({ graceSeconds: 0.05, drainSeconds: 7 });
  assert.deepEqual([told.isReady(), world.engine.drained], [false, 0]);
  await stopped;
  assert.equal(world.engine.drained, 7);
});
