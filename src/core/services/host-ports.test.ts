import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ContainerPort } from "#api/core/pod/container.ts";
import type { PodSpec } from "#api/core/pod/spec.ts";
import type { PodStatus } from "#api/core/pod/status.ts";
import type { Pod } from "#api/core/pod.ts";
import { hostPortEntryOf, hostPortReachAnnotation } from "./host-ports.ts";
import type { Frontend } from "./service-map.ts";

interface Wish {
  readonly ports?: readonly ContainerPort[];
  readonly spec?: Partial<PodSpec>;
  readonly status?: PodStatus;
  readonly reach?: string;
}
const influx: ContainerPort = { containerPort: 8086, hostPort: 80, protocol: "TCP" };

/** `default/influxdb` on node-1. */
const podWith = ({ ports = [influx], spec, status, reach }: Wish = {}): Pod => ({
  metadata: {
    name: "influxdb",
    namespace: "default",
    uid: "u",
    resourceVersion: "1",
    creationTimestamp: "2026-01-01T00:00:00Z",
    ...(reach !== undefined && { annotations: { [hostPortReachAnnotation]: reach } }),
  },
  spec: {
    nodeName: "node-1",
    containers: [
      {
        name: "influxdb",
        image: "influxdb",
        resources: {},
        ports,
        terminationMessagePath: "",
        terminationMessagePolicy: "File",
      },
    ],
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
    enableServiceLinks: true,
    ...spec,
  },
  status: { phase: "Running", podIPs: [{ ip: "10.244.0.7" }, { ip: "fd00:244::7" }], ...status },
});

/** `NodeAddresses:80/TCP => 10.244.0.7:8086`, and how the clients' addresses change. */
function shown({ at, port, protocol, cases }: Frontend): string {
  const where = at === "NodeAddresses" ? at : at.map(({ text }) => text).join(" ");
  const members = cases.flatMap(({ verdict }) => (verdict.kind === "forward" ? verdict.pool.members : []));
  const to = [...new Set(members.map(({ ip, port: at }) => `${ip.text}:${at}`))].join(" ");
  const masquerade = [...new Set(cases.map((one) => `${one.from} ${one.masquerade}`))].join(", ");
  return `${where}:${port}/${protocol} => ${to} (${masquerade})`;
}
const kept = "(pod hairpin, thisNode hairpin, outside hairpin)";
const changed = "(pod always, thisNode always, outside always)";

const rows: readonly (Wish & { readonly name: string; readonly on?: string; readonly exposes: readonly string[] })[] = [
  {
    name: "on its own node at every address, and the pod sees who calls",
    exposes: [`NodeAddresses:80/TCP => 10.244.0.7:8086 ${kept}`, `NodeAddresses:80/TCP => fd00:244::7:8086 ${kept}`],
  },
  { name: "on other nodes nowhere", on: "node-2", exposes: [] },
  {
    name: "on other nodes too where it reaches the cluster; there the client is masqueraded",
    reach: "cluster",
    on: "node-2",
    exposes: [
      `NodeAddresses:80/TCP => 10.244.0.7:8086 ${changed}`,
      `NodeAddresses:80/TCP => fd00:244::7:8086 ${changed}`,
    ],
  },
  { name: "on other nodes nowhere where its reach is another word", reach: "node", on: "node-2", exposes: [] },
  {
    name: "with hostIP at that address alone",
    ports: [{ ...influx, hostIP: "192.0.2.7" }],
    exposes: [`192.0.2.7:80/TCP => 10.244.0.7:8086 ${kept}`],
  },
  {
    name: "with hostIP not on other nodes",
    ports: [{ ...influx, hostIP: "192.0.2.7" }],
    reach: "cluster",
    on: "node-2",
    exposes: [],
  },
  {
    name: "each port that names one of the node's",
    ports: [
      { containerPort: 1, protocol: "TCP" },
      { containerPort: 53, hostPort: 5353, protocol: "UDP" },
    ],
    status: { podIPs: [{ ip: "10.244.0.7" }] },
    exposes: [`NodeAddresses:5353/UDP => 10.244.0.7:53 ${kept}`],
  },
  { name: "not without an address", status: { podIPs: [] }, exposes: [] },
  { name: "not once it has ended, though its address stays written", status: { phase: "Failed" }, exposes: [] },
  { name: "not on the node's own network: it listens there itself", spec: { hostNetwork: true }, exposes: [] },
];

describe("a pod's host ports are exposed", () => {
  for (const { name, on = "node-1", exposes, ...wish } of rows)
    test(name, () => {
      const entry = hostPortEntryOf(podWith(wish), { nodeName: on, zone: undefined, families: ["IPv4", "IPv6"] });
      assert.deepEqual((entry?.frontends ?? []).map(shown), exposes);
    });

  test("in the families of the cluster", () => {
    const entry = hostPortEntryOf(podWith(), { nodeName: "node-1", zone: undefined, families: ["IPv6"] });
    assert.deepEqual(
      entry?.frontends.map(({ id, family }) => [id, family]),
      [["default/influxdb:80-TCP/HostPort/IPv6", "IPv6"]],
    );
  });

  test("behind those of the node's own pods where they come from elsewhere", () => {
    const facts = { nodeName: "node-2", zone: undefined, families: ["IPv4"] } as const;
    const own = hostPortEntryOf(podWith({ spec: { nodeName: "node-2" } }), facts);
    const other = hostPortEntryOf(podWith({ reach: "cluster" }), facts);
    assert.ok(own !== undefined && other !== undefined && own.seniority < other.seniority);
  });
});
