import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServicePort } from "#api/core/service.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import { mustIp } from "#net/ip.ts";
import type { Endpoint } from "../services/service-map.ts";
import { defaultBackendSettings } from "./default-settings.ts";
import type { Backend, StreamRoute } from "./route-table.ts";
import { serviceOf } from "./specimens.ts";
import { type StreamService, streamService } from "./stream-service.ts";

/** `10.1.0.5:53@a`; with `!` behind it, it serves while it terminates. */
function endpointOf(text: string): Endpoint {
  const [, ip = "", port = "", nodeName = ""] = /^(.*):(\d+)@(\w+)/.exec(text) ?? [];
  const condition = text.endsWith("!") ? "servingTerminating" : "ready";
  return { ip: mustIp(ip), port: Number(port), nodeName, pod: `default/p-${nodeName}`, condition };
}

/** `tcp.9000`. */
function streamOf(id: string): StreamRoute {
  const port = Number(id.slice(4));
  const origin = { kind: "ConfigMap", name: "default/settings", field: `data[${id}]` } as const;
  const protocol = id.startsWith("udp") ? "UDP" : "TCP";
  return { id, port, protocol, backend: "default/echo:1", acceptsProxyHeader: false, origin };
}

/** `http=80/TCP>8080`; without a name `80/TCP>8080`. */
function portOf(text: string): ServicePort {
  const [, name, port = "", protocol, target = ""] = /^(?:(.*)=)?(\d+)\/(TCP|UDP)>(.*)$/.exec(text) ?? [];
  const targetPort = /^\d+$/.test(target) ? Number(target) : target;
  return {
    port: Number(port),
    protocol: protocol === "UDP" ? "UDP" : "TCP",
    targetPort,
    ...(name !== undefined && { name }),
  };
}

interface Scene {
  readonly streams: string;
  readonly ports: string;
  /** Keys that were applied before: `9000/TCP`. */
  readonly applied?: string;
  readonly endpoints?: string;
  readonly slices?: readonly EndpointSlice[];
  readonly type?: "ExternalName";
  /** With externalTrafficPolicy Local: where controllers are. */
  readonly localTo?: string;
}

const words = (text: string): readonly string[] => text.split(" ").filter((one) => one !== "");

function planned({ streams, ports, applied = "", endpoints = "", slices = [], type, localTo }: Scene): StreamService {
  const { metadata, ...rest } = serviceOf("front", {
    ports: words(ports).map(portOf),
    ipFamilies: ["IPv4", "IPv6"],
    ...(type !== undefined && { type }),
    ...(localTo !== undefined && { externalTrafficPolicy: "Local" as const }),
  });
  const keys = words(applied).map((one) => {
    const { port, protocol } = portOf(`${one}>1`);
    return [`k:${JSON.stringify({ port, protocol })}`, {}];
  });
  const fieldsV1 = { "f:spec": { "f:ports": Object.fromEntries(keys) } };
  const managedFields = [{ manager: "portolan-ingress", operation: "Apply", fieldsV1 }];
  const pool = { scope: "cluster", members: words(endpoints).map(endpointOf), leftOut: [] } as const;
  const backend: Backend = {
    id: "default/echo:1",
    service: "default/echo",
    port: 1,
    pool,
    settings: defaultBackendSettings,
  };
  return streamService(
    { streams: words(streams).map(streamOf), backends: new Map([[backend.id, backend]]) },
    { service: { ...rest, metadata: { ...metadata, managedFields } }, slices, nodes: new Set(words(localTo ?? "")) },
  );
}

/** What becomes of it: `+tcp-9000=9000/TCP>9000` all own ports, `=` where they are so already, `-slice` what is removed, `?…` what is told. */
function linesOf({ ports, write, remove, findings }: StreamService): string {
  const own = ports?.map(({ name, port, protocol, targetPort }) => `+${name}=${port}/${protocol}>${targetPort}`);
  const written = write.map(
    ({ metadata, endpoints = [] }) => `${metadata.name}:${endpoints.map(({ addresses }) => addresses.join()).join()}`,
  );
  const told = findings.map(
    ({ message }) => `?${message.replace(/^data.*Service default\/front (?!is)|^data\S+ /, "").split("; ")[0]}`,
  );
  return [...(own ?? ["="]), ...written, ...remove.map(({ metadata }) => `-${metadata.name}`), ...told].join(" ");
}

const rows: readonly (readonly [name: string, scene: Scene, wanted: string])[] = [
  ["nothing is asked for", { streams: "", ports: "http=80/TCP>80" }, "="],
  ["a TCP port leads to the controller", { streams: "tcp.9000", ports: "http=80/TCP>80" }, "+tcp-9000=9000/TCP>9000"],
  [
    "one that is there already is not applied again",
    { streams: "tcp.9000", ports: "http=80/TCP>80 tcp-9000=9000/TCP>9000", applied: "9000/TCP" },
    "=",
  ],
  [
    "a second one is applied together with the first",
    { streams: "tcp.9000 tcp.9001", ports: "tcp-9000=9000/TCP>9000", applied: "9000/TCP" },
    "+tcp-9000=9000/TCP>9000 +tcp-9001=9001/TCP>9001",
  ],
  ["one that is not wanted any more goes", { streams: "", ports: "tcp-9000=9000/TCP>9000", applied: "9000/TCP" }, ""],
  [
    "a UDP port has slices of its own, one for each family and number",
    { streams: "udp.53", ports: "http=80/TCP>80", endpoints: "10.1.0.5:53@a 10.1.0.6:53@b 10.1.0.7:54@c fd00::5:53@a" },
    "+udp-53=53/UDP>udp-53 front-udp-53-ipv4-53:10.1.0.5,10.1.0.6 front-udp-53-ipv4-54:10.1.0.7 front-udp-53-ipv6-53:fd00::5",
  ],
  ["TCP and UDP share a number", { streams: "tcp.53 udp.53", ports: "" }, "+tcp-53=53/TCP>53 +udp-53=53/UDP>udp-53"],
  ["somebody else's port that leads there is as good", { streams: "tcp.9000", ports: "mine=9000/TCP>9000" }, "="],
  [
    "somebody else's port that leads elsewhere stays",
    { streams: "tcp.9000", ports: "mine=9000/TCP>web" },
    "= ?has that port already, with target port web",
  ],
  [
    "somebody else's UDP port leads elsewhere always",
    { streams: "udp.53", ports: "dns=53/UDP>53", endpoints: "10.1.0.5:53@a" },
    "= ?has that port already, with target port 53",
  ],
  [
    "a name that another port has",
    { streams: "tcp.9000", ports: "tcp-9000=80/TCP>80" },
    "= ?calls its port 80 tcp-9000",
  ],
  [
    "a port without a name can't have another beside it",
    { streams: "tcp.9000", ports: "80/TCP>80" },
    "= ?has a port 80 without a name, so that it can't have another",
  ],
  [
    "where traffic stays on its node, only endpoints beside a controller",
    { streams: "udp.53", ports: "", endpoints: "10.1.0.5:53@a 10.1.0.6:53@b 10.1.0.7:53@c", localTo: "a c" },
    "+udp-53=53/UDP>udp-53 front-udp-53-ipv4-53:10.1.0.5,10.1.0.7",
  ],
  [
    "where traffic stays on its node, and no endpoint is beside a controller",
    { streams: "udp.53", ports: "", endpoints: "10.1.0.5:53@a", localTo: "b" },
    "+udp-53=53/UDP>udp-53 ?no endpoint of port 53/UDP is on a node with a controller, and externalTrafficPolicy of Service default/front is Local",
  ],
  [
    "where traffic stays on its node, and no controller is ready yet",
    { streams: "udp.53", ports: "", endpoints: "10.1.0.5:53@a", localTo: "" },
    "+udp-53=53/UDP>udp-53",
  ],
  ["an ExternalName has no ports", { streams: "tcp.9000", ports: "", type: "ExternalName" }, "="],
];
for (const [name, scene, wanted] of rows)
  test(`streamService: ${name}`, () => assert.equal(linesOf(planned(scene)), wanted));

/** As the API gives back what was applied. */
const writtenBy = ({ write }: StreamService): readonly EndpointSlice[] =>
  write.map(({ metadata: { namespace, name }, addressType, ports = [], endpoints = [] }) => ({
    metadata: { namespace, name, uid: name, resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" },
    addressType,
    ports: ports.map(({ name: own = "", protocol = "TCP", port = 0 }) => ({ name: own, protocol, port })),
    endpoints: endpoints.map((one) => ({ conditions: {}, ...one })),
  }));

test("slices are written once, again when endpoints change, and removed when nobody needs them", () => {
  const scene = { streams: "udp.53", ports: "udp-53=53/UDP>udp-53", applied: "53/UDP" };
  const slices = writtenBy(planned({ ...scene, endpoints: "10.1.0.5:53@a" }));
  const after = (more: Partial<Scene>) => linesOf(planned({ ...scene, slices, ...more }));
  assert.equal(after({ endpoints: "10.1.0.5:53@a" }), "=");
  assert.equal(after({ endpoints: "10.1.0.5:53@a!" }), "= front-udp-53-ipv4-53:10.1.0.5");
  assert.equal(after({ endpoints: "10.1.0.6:53@a" }), "= front-udp-53-ipv4-53:10.1.0.6");
  assert.equal(after({ endpoints: "10.1.0.5:54@a" }), "= front-udp-53-ipv4-54:10.1.0.5 -front-udp-53-ipv4-53");
  assert.equal(after({ streams: "", ports: "http=80/TCP>80", applied: "" }), "= -front-udp-53-ipv4-53");
});

test("a slice has no more endpoints than the API takes", () => {
  const endpoints = Array.from({ length: 1001 }, (_, i) => `10.1.${i >> 8}.${i & 255}:53@a`).join(" ");
  const { write } = planned({ streams: "udp.53", ports: "", endpoints });
  const sizes = write.map(({ metadata, endpoints: all }) => `${metadata.name} ${all?.length}`);
  assert.deepEqual(sizes, ["front-udp-53-ipv4-53 1000", "front-udp-53-ipv4-53-1 1"]);
});

test("an endpoint says on which node and which pod it is, since traffic may have to stay on a node", () => {
  const [slice] = planned({ streams: "udp.53", ports: "", endpoints: "10.1.0.5:53@a!" }).write;
  assert.deepEqual(slice?.endpoints, [
    {
      addresses: ["10.1.0.5"],
      conditions: { ready: false, serving: true, terminating: true },
      nodeName: "a",
      targetRef: { kind: "Pod", namespace: "default", name: "p-a" },
    },
  ]);
});
