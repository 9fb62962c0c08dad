import assert from "node:assert/strict";
import { test } from "node:test";
import { configMaps } from "#api/core/config-map.ts";
import { services } from "#api/core/service.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { ownClass } from "#api/networking/ingress-class/own.ts";
import { ingressClasses } from "#api/networking/ingress-class.ts";
import { ingressPlace } from "#cluster/ingress-rights.ts";
import { eventually } from "../harness/eventually.ts";
import { controlling, sliceOf } from "./controlling.ts";

const within = { seconds: 10 };
const { namespace, name } = ingressPlace;
type World = Awaited<ReturnType<typeof controlling>>;

const streams = { "tcp.9000": "default/echo:9000", "udp.53": "default/echo:53" };

/** A Service `echo` with a TCP and a UDP port, and a class whose parameters are `default/settings`. */
async function exposing(world: World, data: Readonly<Record<string, string>>): Promise<void> {
  const ports = [
    { name: "tcp", protocol: "TCP" as const, port: 9000 },
    { name: "udp", protocol: "UDP" as const, port: 53 },
  ];
  await world
    .of(services)
    .create("default", { metadata: { name: "echo" }, spec: { ports, selector: { app: "echo" } } });
  await world.of(endpointSlices).create("default", {
    metadata: { name: "echo-1", labels: { "kubernetes.io/service-name": "echo" } },
    addressType: "IPv4",
    endpoints: [
      { addresses: ["10.244.0.5"], nodeName: "a", conditions: { ready: true } },
      { addresses: ["10.244.0.6"], nodeName: "b", conditions: { ready: false } },
    ],
    ports: ports.map((one) => ({ ...one, port: one.port + 1 })),
  });
  await world.of(configMaps).create("default", { metadata: { name: "settings" }, data });
  const parameters = { kind: "ConfigMap", name: "settings", scope: "Namespace", namespace: "default" };
  await world.of(ingressClasses).patch("", ownClass, { type: "merge", body: { spec: { parameters } } });
}

const portsOf = async (world: World): Promise<string> =>
  ((await world.of(services).get(namespace, name)).spec.ports ?? [])
    .map(({ name: own, port, protocol, targetPort }) => `${own}=${port}/${protocol}>${targetPort}`)
    .join(" ");

const slicesOf = async (world: World): Promise<string> =>
  (await world.of(endpointSlices).list(namespace)).items
    .filter(({ metadata }) => metadata.labels?.["endpointslice.kubernetes.io/managed-by"] === "portolan-ingress")
    .map(({ ports, endpoints }) =>
      [
        ...ports.map((one) => `${one.name}:${one.port}`),
        ...endpoints.map((one) => `${one.addresses}@${one.nodeName}`),
      ].join(" "),
    )
    .join("; ");

const looks = (world: World, ports: string, slices: string): Promise<unknown> =>
  eventually(
    `the Service has ${ports}, and slices ${slices}`,
    async () => (await portsOf(world)) === ports && (await slicesOf(world)) === slices,
    within,
  );

const setTo = (world: World, data: Readonly<Record<string, string | null>>) =>
  world.of(configMaps).patch("default", "settings", { type: "merge", body: { data } });

test("the Service before the controller opens the ports of streams, and closes them", async () => {
  await using world = await controlling();
  await exposing(world, streams);
  const open = "http=80/TCP>80 tcp-9000=9000/TCP>9000 udp-53=53/UDP>udp-53";
  await looks(world, open, "udp-53:54 10.244.0.5@a");
  const ports = [...((await world.of(services).get(namespace, name)).spec.ports ?? []), { name: "mine", port: 7000 }];
  await world.of(services).patch(namespace, name, { type: "strategic", body: { spec: { ports } } });
  await setTo(world, { "udp.53": null });
  await looks(world, "http=80/TCP>80 tcp-9000=9000/TCP>9000 mine=7000/TCP>7000", "");
  await setTo(world, { "tcp.9000": null });
  await looks(world, "http=80/TCP>80 mine=7000/TCP>7000", "");
  assert.deepEqual(world.failures, []);
});

test("a controller that starts anew closes what an earlier one has opened", async () => {
  await using world = await controlling();
  await exposing(world, streams);
  await looks(world, "http=80/TCP>80 tcp-9000=9000/TCP>9000 udp-53=53/UDP>udp-53", "udp-53:54 10.244.0.5@a");
  await world.controller.stop({ graceSeconds: 0, drainSeconds: 0 });
  await setTo(world, { "udp.53": null, "tcp.9000": null });
  await using _ = await world.anew();
  await looks(world, "http=80/TCP>80", "");
});

test("a Service that is deleted stays so, and opens the ports when it is made anew", async () => {
  await using world = await controlling();
  await exposing(world, { "tcp.9000": "default/echo:9000" });
  await looks(world, "http=80/TCP>80 tcp-9000=9000/TCP>9000", "");
  await world.of(services).delete(namespace, name);
  await setTo(world, { "tcp.9000": null, "tcp.9001": "default/echo:9000" });
  await eventually("the other port", async () => world.engine.table?.streams[0]?.port === 9001, within);
  await world.controller.idle();
  await assert.rejects(world.of(services).get(namespace, name), { code: "NotFound" });
  const spec = { ports: [{ name: "http", port: 80 }], selector: { app: "front" } };
  await world.of(services).create(namespace, { metadata: { name }, spec });
  await looks(world, "http=80/TCP>80 tcp-9001=9001/TCP>9001", "");
});

test("where traffic stays on its node, UDP is taken only where a controller is", async () => {
  await using world = await controlling({ isFronted: false });
  const local = { type: "merge", body: { spec: { externalTrafficPolicy: "Local" } } } as const;
  await world.of(services).patch(namespace, name, local);
  await exposing(world, { "udp.53": "default/echo:53" });
  const open = "http=80/TCP>80 udp-53=53/UDP>udp-53";
  await looks(world, open, "");
  const { endpoints, ...slice } = sliceOf(name, ["10.244.0.2"]);
  const on = (nodeName: string) => endpoints.map((one) => ({ ...one, nodeName }));
  const made = await world.of(endpointSlices).create(namespace, { ...slice, endpoints: on("a") });
  await looks(world, open, "udp-53:54 10.244.0.5@a");
  await world.of(endpointSlices).update({ ...made, endpoints: on("c") });
  await looks(world, open, "");
  await eventually(
    "it is told",
    async () => (await world.told()).includes("ConfigMap settings NoLocalEndpoints 1"),
    within,
  );
});

test("a port that the Service has for something else stays, and its stream is told so", async () => {
  await using world = await controlling();
  await exposing(world, { "udp.53": "default/echo:53" });
  await looks(world, "http=80/TCP>80 udp-53=53/UDP>udp-53", "udp-53:54 10.244.0.5@a");
  await world.of(services).patch(namespace, name, {
    type: "strategic",
    body: { spec: { ports: [{ name: "web", port: 9000, protocol: "TCP", targetPort: 8443 }] } },
  });
  await setTo(world, { "tcp.9000": "default/echo:9000" });
  await eventually(
    "it is told",
    async () => (await world.told()).includes("ConfigMap settings StreamPortTaken 1"),
    within,
  );
  assert.match(await portsOf(world), /web=9000\/TCP>8443/);
});
