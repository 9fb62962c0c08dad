import assert from "node:assert/strict";
import { test } from "node:test";
import { type Service, services } from "#api/core/service.ts";
import { readObject } from "#machinery/decode.ts";
import { addressesOf } from "./addresses.ts";

const isService = (object: unknown): object is Service => typeof object === "object";
const around = { isNode: true, nodeAddress: "192.0.2.2", clusterDomain: "cluster.local" };

const cases = [
  {
    name: "one port",
    spec: { clusterIP: "10.96.0.7", ports: [{ port: 80 }] },
    addresses: ["s ClusterIP 10.96.0.7:80 TCP", "s DNS s.default.svc.cluster.local:80 TCP"],
  },
  {
    name: "several ports, by their names",
    spec: {
      clusterIP: "10.96.0.7",
      type: "NodePort",
      ports: [
        { name: "dns", port: 53, protocol: "UDP", nodePort: 30053 },
        { name: "web", port: 80, nodePort: 30080 },
      ],
    },
    addresses: [
      "s:dns ClusterIP 10.96.0.7:53 UDP",
      "s:dns DNS s.default.svc.cluster.local:53 UDP",
      "s:dns NodePort 192.0.2.2:30053 UDP",
      "s:web ClusterIP 10.96.0.7:80 TCP",
      "s:web DNS s.default.svc.cluster.local:80 TCP",
      "s:web NodePort 192.0.2.2:30080 TCP",
    ],
  },
  {
    name: "headless: the pods' own port",
    spec: { clusterIP: "None", ports: [{ name: "http", port: 80, targetPort: "web" }] },
    addresses: ["s DNS s.default.svc.cluster.local:8080 TCP"],
  },
  {
    name: "a name for something outside",
    spec: { type: "ExternalName", externalName: "example.com" },
    addresses: ["s ExternalName s.default.svc.cluster.local:0 TCP"],
  },
] as const;

for (const { name, spec, addresses } of cases) {
  test(`the addresses of a Service with ${name}`, () => {
    const read = readObject(services, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "s", namespace: "default" },
      spec,
    });
    assert.equal(read.kind, "read");
    if (read.kind !== "read" || !isService(read.object)) return;
    const found = addressesOf(read.object, around, new Map([["http", 8080]]));
    assert.deepEqual(
      found.map(({ service, via, host, port, protocol }) => `${service} ${via} ${host}:${port} ${protocol}`),
      addresses,
    );
  });
}
