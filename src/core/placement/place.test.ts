import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, Taint } from "#api/core/node.ts";
import type { Container } from "#api/core/pod/container.ts";
import type { PodSpec } from "#api/core/pod/spec.ts";
import type { Pod } from "#api/core/pod.ts";
import { hostPortsOf } from "../host-ports.ts";
import type { NodeRoom } from "./node-room.ts";
import { place } from "./place.ts";
import { add, amountsOf, podRequests } from "./requests.ts";

const metadata = (name: string) => ({
  name,
  namespace: "default",
  uid: name,
  resourceVersion: "1",
  creationTimestamp: "2026-01-01T00:00:00Z",
});
const container = (resources: Container["resources"] = {}): Container => ({
  name: "web",
  image: "a",
  resources,
  imagePullPolicy: "Always",
  terminationMessagePath: "",
  terminationMessagePolicy: "File",
});
const pod = (name: string, spec: Partial<PodSpec> = {}): Pod => ({
  metadata: metadata(name),
  status: { phase: "Pending" },
  spec: {
    containers: [container()],
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
    enableServiceLinks: true,
    ...spec,
  },
});
const asking = (requests: Readonly<Record<string, string>>): Partial<PodSpec> => ({
  containers: [container({ requests })],
});

interface NodeWish {
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly unschedulable?: true;
  readonly allocatable?: Readonly<Record<string, string>>;
}
const node = (name: string, { labels = {}, allocatable, ...spec }: NodeWish = {}): Node => ({
  metadata: { ...metadata(name), labels },
  spec,
  status: { allocatable: allocatable ?? { cpu: "4", memory: "8Gi", pods: "110", "ephemeral-storage": "10Gi" } },
});
const helpless = "1 Preemption is not helpful for scheduling";
const noVictims = "1 No preemption victims found for incoming pod";
const port = (hostPort: number): Partial<PodSpec> => ({
  containers: [{ ...container(), ports: [{ containerPort: 80, hostPort, protocol: "TCP" }] }],
});
const zone = (values: readonly string[]): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "In", values }] }],
      },
    },
  },
});

const refusals: readonly {
  readonly why: string;
  readonly node: NodeWish;
  readonly pod: Partial<PodSpec>;
  readonly there?: Partial<PodSpec>;
  readonly says: string;
  readonly preemption: string;
}[] = [
  { why: "a cordon", node: { unschedulable: true }, pod: {}, says: "node(s) were unschedulable", preemption: helpless },
  {
    why: "a taint",
    node: { taints: [{ key: "dedicated", value: "db", effect: "NoSchedule" }] },
    pod: {},
    says: "node(s) had untolerated taint {dedicated: db}",
    preemption: helpless,
  },
  {
    why: "a taint without value",
    node: { taints: [{ key: "node.kubernetes.io/not-ready", effect: "NoExecute" }] },
    pod: {},
    says: "node(s) had untolerated taint {node.kubernetes.io/not-ready: }",
    preemption: helpless,
  },
  {
    why: "nodeSelector",
    node: {},
    pod: { nodeSelector: { disk: "ssd" } },
    says: "node(s) didn't match Pod's node affinity/selector",
    preemption: helpless,
  },
  {
    why: "node affinity",
    node: { labels: { zone: "a" } },
    pod: zone(["b"]),
    says: "node(s) didn't match Pod's node affinity/selector",
    preemption: helpless,
  },
  {
    why: "a host port",
    node: {},
    pod: port(80),
    there: port(80),
    says: "node(s) didn't have free ports for the requested pod ports",
    preemption: noVictims,
  },
  {
    why: "CPU that others have",
    node: {},
    pod: asking({ cpu: "2" }),
    there: asking({ cpu: "2500m" }),
    says: "Insufficient cpu",
    preemption: noVictims,
  },
  {
    why: "CPU that the node never has",
    node: {},
    pod: asking({ cpu: "5" }),
    says: "Insufficient cpu",
    preemption: helpless,
  },
  {
    why: "memory and storage",
    node: {},
    pod: asking({ memory: "7Gi", "ephemeral-storage": "9Gi" }),
    there: asking({ memory: "2Gi", "ephemeral-storage": "2Gi" }),
    says: "Insufficient ephemeral-storage, 1 Insufficient memory",
    preemption: noVictims,
  },
  {
    why: "the number of pods",
    node: { allocatable: { cpu: "4", memory: "8Gi", pods: "1" } },
    pod: {},
    there: {},
    says: "Too many pods",
    preemption: noVictims,
  },
];
for (const { why, node: wish, pod: spec, there, says, preemption } of refusals)
  test(`a pod is refused for ${why}, in kube-scheduler's words`, () => {
    const rooms = [roomOf(node("node-1", wish), there === undefined ? [] : [pod("there", there)])];
    assert.deepEqual(place(pod("new", spec), rooms), {
      kind: "refused",
      message: `0/1 nodes are available: 1 ${says}. preemption: 0/1 nodes are available: ${preemption}.`,
    });
  });

test("reasons of several nodes are counted and sorted", () => {
  const rooms = [
    roomOf(node("a", { unschedulable: true }), []),
    roomOf(node("b"), [pod("x", asking({ cpu: "3" }))]),
    roomOf(node("c"), [pod("y", asking({ cpu: "3" }))]),
  ];
  assert.deepEqual(place(pod("new", asking({ cpu: "2" })), rooms), {
    kind: "refused",
    message:
      "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. " +
      "preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.",
  });
  assert.deepEqual(place(pod("new"), []), { kind: "refused", message: "no nodes available to schedule pods" });
});

test("of the nodes that fit, the emptiest is taken; one that asks to be avoided comes last", () => {
  const avoid: Taint = { key: "old", effect: "PreferNoSchedule" };
  const rooms = [
    roomOf(node("busy"), [pod("x", asking({ cpu: "3", memory: "1Gi" }))]),
    roomOf(node("free"), [pod("y", asking({ cpu: "1" }))]),
    roomOf(node("avoided", { taints: [avoid] }), []),
  ];
  assert.deepEqual(place(pod("new", asking({ cpu: "500m" })), rooms), { kind: "bind", nodeName: "free" });
});

test("requests: init containers one after another, sidecars beside all, limits where there is no request", () => {
  const init = (cpu: string, restartPolicy?: string): Container => ({
    ...container({ requests: { cpu } }),
    ...(restartPolicy !== undefined && { restartPolicy }),
  });
  const cases: readonly (readonly [Partial<PodSpec>, number])[] = [
    [{ containers: [container({ requests: { cpu: "1" } }), container({ limits: { cpu: "500m" } })] }, 1500],
    [{ initContainers: [init("3"), init("2")], ...asking({ cpu: "1" }) }, 3000],
    [{ initContainers: [init("1", "Always"), init("2")], ...asking({ cpu: "1" }) }, 3000],
    [{ initContainers: [init("2"), init("1", "Always")], ...asking({ cpu: "1500m" }) }, 2500],
    [{ ...asking({ cpu: "1" }), overhead: { cpu: "250m" } }, 1250],
  ];
  for (const [spec, millis] of cases) assert.equal(podRequests(pod("p", spec)).get("cpu"), millis);
});

function roomOf(node: Node, pods: readonly Pod[]): NodeRoom {
  const taken = new Map<string, number>();
  for (const pod of pods) add(taken, podRequests(pod));
  return {
    node,
    allocatable: amountsOf(node.status.allocatable ?? node.status.capacity ?? {}),
    taken,
    podCount: pods.length,
    hostPorts: pods.flatMap(hostPortsOf),
  };
}
