import assert from "node:assert/strict";
import test from "node:test";
import { certificateSigningRequests } from "#api/certificates/certificate-signing-request.ts";
import { leases } from "#api/coordination/lease.ts";
import { configMaps } from "#api/core/config-map.ts";
import { endpoints } from "#api/core/endpoints.ts";
import { events } from "#api/core/event.ts";
import { namespaces } from "#api/core/namespace.ts";
import { nodes } from "#api/core/node.ts";
import { pods } from "#api/core/pod.ts";
import { secrets } from "#api/core/secret.ts";
import { services } from "#api/core/service.ts";
import { serviceAccounts } from "#api/core/service-account.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { kinds } from "#api/kinds.ts";
import { loadBalancerPools } from "#api/portolan/load-balancer-pool.ts";
import { shares } from "#api/portolan/share.ts";
import type { AnyKind, Cell } from "#machinery/kind.ts";
import { tableOf } from "#machinery/table.ts";
import { exposureRows } from "./rows/exposure.ts";
import { otherRows } from "./rows/others.ts";
import type { Row } from "./rows/row.ts";
import { storageRows } from "./rows/storage.ts";
import { workloadRows } from "./rows/workloads.ts";
import { stored } from "./told.ts";

const now = Date.parse("2026-11-21T12:00:00Z");
const metadata = { name: "x", creationTimestamp: "2026-11-21T11:55:00Z" };

const row = (kind: AnyKind, object: object): readonly Cell[] =>
  tableOf(kind, [stored(kind, { ...object, metadata: { ...metadata, ...Reflect.get(object, "metadata") } })], {
    now,
    includeObject: "None",
    version: "v1",
    metadata: {},
  }).rows[0]?.cells ?? [];

const addresses = (count: number): readonly object[] =>
  Array.from({ length: count }, (_, i) => ({ ip: `10.0.0.${i}` }));

const rows: readonly Row[] = [
  ...exposureRows,
  ...storageRows,
  ...workloadRows,
  ...otherRows,
  [
    services,
    "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE | SELECTOR",
    {
      spec: {
        ports: [{ port: 80 }, { port: 53, protocol: "UDP" }],
        clusterIP: "10.96.0.7",
        selector: { b: "2", a: "1" },
      },
    },
    ["x", "ClusterIP", "10.96.0.7", "<none>", "80/TCP,53/UDP", "5m", "a=1,b=2"],
  ],
  [
    services,
    "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE | SELECTOR",
    {
      spec: {
        type: "NodePort",
        ports: [{ port: 80, nodePort: 30_123 }],
        clusterIP: "10.96.0.7",
        externalIPs: ["192.0.2.1", "192.0.2.2"],
      },
    },
    ["x", "NodePort", "10.96.0.7", "192.0.2.1,192.0.2.2", "80:30123/TCP", "5m", "<none>"],
  ],
  [
    services,
    "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE | SELECTOR",
    { spec: { type: "LoadBalancer", ports: [{ port: 80, nodePort: 30_123 }], clusterIP: "10.96.0.7" } },
    ["x", "LoadBalancer", "10.96.0.7", "<pending>", "80:30123/TCP", "5m", "<none>"],
  ],
  [
    services,
    "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE | SELECTOR",
    {
      spec: { type: "LoadBalancer", ports: [{ port: 80 }], clusterIP: "10.96.0.7" },
      status: { loadBalancer: { ingress: [{ hostname: "a-long-name.elb.example.com" }, { ip: "192.0.2.1" }] } },
    },
    ["x", "LoadBalancer", "10.96.0.7", "192.0.2.1,a-long-name.elb.example.com", "80/TCP", "5m", "<none>"],
  ],
  [
    services,
    "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE | SELECTOR",
    { spec: { type: "ExternalName", externalName: "db.example.com" } },
    ["x", "ExternalName", "<none>", "db.example.com", "<none>", "5m", "<none>"],
  ],
  [
    endpoints,
    "NAME ENDPOINTS AGE |",
    { subsets: [{ addresses: addresses(5), ports: [{ port: 80 }] }] },
    ["x", "10.0.0.0:80,10.0.0.1:80,10.0.0.2:80 + 2 more...", "5m"],
  ],
  [endpoints, "NAME ENDPOINTS AGE |", {}, ["x", "<none>", "5m"]],
  [
    endpointSlices,
    "NAME ADDRESSTYPE PORTS ENDPOINTS AGE |",
    {
      addressType: "IPv4",
      ports: [{ port: 80 }, { name: "b", port: 81 }],
      endpoints: addresses(5).map((one) => ({ addresses: Object.values(one) })),
    },
    ["x", "IPv4", "80,81", "10.0.0.0,10.0.0.1,10.0.0.2 + 2 more...", "5m"],
  ],
  [
    endpointSlices,
    "NAME ADDRESSTYPE PORTS ENDPOINTS AGE |",
    { addressType: "IPv4" },
    ["x", "IPv4", "<unset>", "<unset>", "5m"],
  ],
  [
    nodes,
    "NAME STATUS ROLES AGE VERSION | INTERNAL-IP EXTERNAL-IP OS-IMAGE KERNEL-VERSION CONTAINER-RUNTIME",
    {
      metadata: { labels: { "node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/control-plane": "" } },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: "Ready", status: "True" }],
        addresses: [{ type: "InternalIP", address: "192.0.2.7" }],
        nodeInfo: {
          kubeletVersion: "v1.36.0",
          osImage: "Debian",
          kernelVersion: "6.1",
          containerRuntimeVersion: "process://1",
        },
      },
    },
    [
      "x",
      "Ready,SchedulingDisabled",
      "control-plane,worker",
      "5m",
      "v1.36.0",
      "192.0.2.7",
      "<none>",
      "Debian",
      "6.1",
      "process://1",
    ],
  ],
  [namespaces, "NAME STATUS AGE |", { status: { phase: "Active" } }, ["x", "Active", "5m"]],
  [configMaps, "NAME DATA AGE |", { data: { a: "" }, binaryData: { b: "" } }, ["x", 2, "5m"]],
  [secrets, "NAME TYPE DATA AGE |", { stringData: { a: "1" } }, ["x", "Opaque", 1, "5m"]],
  [serviceAccounts, "NAME SECRETS AGE |", {}, ["x", 0, "5m"]],
  [
    loadBalancerPools,
    "NAME BLOCKS AUTO ASSIGN ASSIGNED AVAILABLE AGE | READY",
    {
      spec: { blocks: [{ cidr: "192.0.2.0/28" }, { start: "2001:db8::1", stop: "2001:db8::9" }] },
      status: { assignedIPv4: 2, assignedIPv6: 1, availableIPv4: 14, availableIPv6: 8 },
    },
    ["x", "192.0.2.0/28,2001:db8::1-2001:db8::9", "true", 3, "14/8", "5m", "Unknown"],
  ],
  [
    shares,
    "NAME SERVICE EXPIRES AGE | URL",
    { spec: { service: "web", port: "http", tokenHash: "0".repeat(64), expires: "2026-01-01T01:00:00Z" } },
    ["x", "web:http", "2026-01-01T01:00:00Z", "5m", "<none>"],
  ],
  [
    certificateSigningRequests,
    "NAME AGE SIGNERNAME REQUESTOR REQUESTEDDURATION CONDITION |",
    {
      spec: {
        request: "",
        usages: ["client auth"],
        signerName: "kubernetes.io/kube-apiserver-client-kubelet",
        username: "system:bootstrap:abcdef",
        expirationSeconds: 86_400,
      },
      status: { conditions: [{ type: "Approved", status: "True" }], certificate: "LS0t" },
    },
    ["x", "5m", "kubernetes.io/kube-apiserver-client-kubelet", "system:bootstrap:abcdef", "24h", "Approved,Issued"],
  ],
  [leases, "NAME HOLDER AGE |", { spec: { holderIdentity: "node-1" } }, ["x", "node-1", "5m"]],
  [
    events,
    "LAST SEEN TYPE REASON OBJECT MESSAGE | SUBOBJECT SOURCE FIRST SEEN COUNT NAME",
    {
      involvedObject: { kind: "Pod", name: "web", fieldPath: "spec.containers{web}" },
      reason: "Started",
      message: "Started container web\n",
      type: "Normal",
      source: { component: "kubelet", host: "node-1" },
      firstTimestamp: "2026-11-21T11:00:00Z",
      lastTimestamp: "2026-11-21T11:59:30Z",
      count: 4,
    },
    [
      "30s",
      "Normal",
      "Started",
      "pod/web",
      "spec.containers{web}",
      "kubelet, node-1",
      "Started container web",
      "60m",
      4,
      "x",
    ],
  ],
];

for (const [i, [kind, headings, object, cells]] of rows.entries())
  test(`kubectl get ${kind.plural} shows what Kubernetes shows (${i})`, () => {
    assert.deepEqual(row(kind, object), cells);
    const shown = kind.columns.filter(({ wide }) => !wide);
    const wide = kind.columns.filter((column) => column.wide);
    const names = [shown, wide].map((columns) => columns.map(({ name }) => name.toUpperCase()).join(" "));
    assert.equal(names.join(" | ").trim(), headings);
  });

test("every kind has a row here", () => {
  const missing = kinds.filter(
    (kind) => kind.plural !== "pods" && !rows.some(([shown]) => shown.plural === kind.plural),
  );
  assert.deepEqual(missing, []);
});

const main = (state: object, more: object = {}): object => ({
  name: "a",
  state,
  ready: false,
  restartCount: 0,
  ...more,
});
const running = main({ running: {} }, { ready: true });
const pod = { spec: { containers: [{ name: "a", image: "i" }] } };
const initialized = {
  ...pod.spec,
  initContainers: [
    { name: "i", image: "i" },
    { name: "j", image: "i" },
  ],
};
const ended = { terminated: { exitCode: 0, reason: "Completed" } };
const lastState = { terminated: { exitCode: 1, finishedAt: "2026-11-21T11:57:00Z" } };

const states: readonly (readonly [object: object, ready: string, status: string, restarts: string])[] = [
  [{ ...pod, status: { phase: "Pending" } }, "0/1", "Pending", "0"],
  [{ ...pod, status: { phase: "Running", containerStatuses: [running] } }, "1/1", "Running", "0"],
  [
    {
      ...pod,
      status: {
        phase: "Running",
        containerStatuses: [main({ waiting: { reason: "CrashLoopBackOff" } }, { restartCount: 2, lastState })],
      },
    },
    "0/1",
    "CrashLoopBackOff",
    "2 (3m ago)",
  ],
  [
    { ...pod, status: { phase: "Pending", containerStatuses: [main({ waiting: { reason: "ErrImagePull" } })] } },
    "0/1",
    "ErrImagePull",
    "0",
  ],
  [{ ...pod, status: { phase: "Succeeded", containerStatuses: [main(ended)] } }, "0/1", "Completed", "0"],
  [
    { ...pod, status: { phase: "Failed", containerStatuses: [main({ terminated: { exitCode: 7 } })] } },
    "0/1",
    "ExitCode:7",
    "0",
  ],
  [
    { ...pod, status: { phase: "Failed", containerStatuses: [main({ terminated: { exitCode: 137, signal: 9 } })] } },
    "0/1",
    "Signal:9",
    "0",
  ],
  [{ ...pod, status: { phase: "Failed", reason: "Evicted" } }, "0/1", "Evicted", "0"],
  [
    {
      ...pod,
      metadata: { deletionTimestamp: "2026-11-21T12:00:00Z" },
      status: { phase: "Running", containerStatuses: [running] },
    },
    "1/1",
    "Terminating",
    "0",
  ],
  [
    {
      spec: initialized,
      status: {
        phase: "Pending",
        initContainerStatuses: [
          { ...main(ended), name: "i" },
          { ...main({ running: {} }), name: "j" },
        ],
      },
    },
    "0/1",
    "Init:1/2",
    "0",
  ],
  [
    {
      spec: initialized,
      status: {
        phase: "Pending",
        initContainerStatuses: [
          { ...main({ waiting: { reason: "CrashLoopBackOff" } }, { restartCount: 3, lastState }), name: "i" },
        ],
        containerStatuses: [main({ waiting: { reason: "PodInitializing" } })],
      },
    },
    "0/1",
    "Init:CrashLoopBackOff",
    "3 (3m ago)",
  ],
  [
    {
      spec: initialized,
      status: {
        phase: "Pending",
        initContainerStatuses: [{ ...main({ terminated: { exitCode: 1, reason: "Error" } }), name: "i" }],
      },
    },
    "0/1",
    "Init:Error",
    "0",
  ],
  [
    {
      spec: { ...pod.spec, initContainers: [{ name: "i", image: "i", restartPolicy: "Always" }] },
      status: {
        phase: "Running",
        initContainerStatuses: [
          { ...main({ running: {} }, { started: true, ready: true, restartCount: 1, lastState }), name: "i" },
        ],
        containerStatuses: [running],
      },
    },
    "2/2",
    "Running",
    "1 (3m ago)",
  ],
  [
    {
      spec: { containers: [...pod.spec.containers, { name: "b", image: "i" }] },
      status: { phase: "Running", containerStatuses: [main(ended), { ...running, name: "b" }] },
    },
    "1/2",
    "NotReady",
    "0",
  ],
  [
    {
      ...pod,
      status: { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "SchedulingGated" }] },
    },
    "0/1",
    "SchedulingGated",
    "0",
  ],
];
for (const [object, ready, status, restarts] of states)
  test(`kubectl get pods shows ${ready} ${status} ${restarts}`, () =>
    assert.deepEqual(row(pods, object), ["x", ready, status, restarts, "5m", "<none>", "<none>", "<none>", "<none>"]));

test("kubectl get pods -o wide shows where a pod is", () =>
  assert.deepEqual(
    row(pods, {
      spec: { ...pod.spec, nodeName: "node-1", readinessGates: [{ conditionType: "lb" }] },
      status: { phase: "Running", podIPs: [{ ip: "10.244.0.5" }], conditions: [{ type: "lb", status: "True" }] },
    }).slice(5),
    ["10.244.0.5", "node-1", "<none>", "1/1"],
  ));
