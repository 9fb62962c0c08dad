import assert from "node:assert/strict";
import { test } from "node:test";
import type { Taint } from "#api/core/node.ts";
import type { Container } from "#api/core/pod/container.ts";
import type { PodSpec } from "#api/core/pod/spec.ts";
import type { Pod } from "#api/core/pod.ts";
import { place } from "./place.ts";
import { podRequests } from "./requests.ts";
import { around, asking, container, node, pod, roomOf } from "./specimens.ts";

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
  readonly node: Parameters<typeof node>[1];
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
    const { portsTaken, ...placement } = refused(pod("new", spec), rooms);
    assert.equal(
      portsTaken,
      why === "a host port" ? "Host ports are taken: 80/TCP of node-1 by pod default/there" : undefined,
    );
    assert.deepEqual(placement, {
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
  assert.deepEqual(place(pod("new", asking({ cpu: "2" })), around(rooms)), {
    kind: "refused",
    message:
      "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. " +
      "preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.",
  });
  assert.deepEqual(place(pod("new"), around([])), { kind: "refused", message: "no nodes available to schedule pods" });
});

test("of the nodes that fit, the emptiest is taken; one that asks to be avoided comes last", () => {
  const avoid: Taint = { key: "old", effect: "PreferNoSchedule" };
  const rooms = [
    roomOf(node("busy"), [pod("x", asking({ cpu: "3", memory: "1Gi" }))]),
    roomOf(node("free"), [pod("y", asking({ cpu: "1" }))]),
    roomOf(node("avoided", { taints: [avoid] }), []),
  ];
  assert.deepEqual(place(pod("new", asking({ cpu: "500m" })), around(rooms)), { kind: "bind", nodeName: "free" });
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

test("who has a host port is told of five at most", () => {
  const rooms = Array.from({ length: 7 }, (_, i) => roomOf(node(`node-${i}`), [pod(`web-${i}`, port(80))]));
  const { portsTaken } = refused(pod("new", port(80)), rooms);
  assert.equal(
    portsTaken,
    `Host ports are taken: ${[0, 1, 2, 3, 4].map((i) => `80/TCP of node-${i} by pod default/web-${i}`).join(", ")}, and 2 more`,
  );
});

test("a host port is taken at its address and for its protocol", () => {
  const at = (hostIP: string, protocol: "TCP" | "UDP"): Partial<PodSpec> => ({
    containers: [{ ...container(), ports: [{ containerPort: 80, hostPort: 80, hostIP, protocol }] }],
  });
  const rooms = [roomOf(node("node-1"), [pod("there", at("192.0.2.1", "TCP"))])];
  const kinds = [at("192.0.2.2", "TCP"), at("192.0.2.1", "UDP"), at("192.0.2.1", "TCP"), at("0.0.0.0", "TCP")];
  assert.deepEqual(
    kinds.map((spec) => place(pod("new", spec), around(rooms)).kind),
    ["bind", "bind", "refused", "refused"],
  );
});

function refused(one: Pod, rooms: Parameters<typeof around>[0]) {
  const placement = place(one, around(rooms));
  assert.ok(placement.kind === "refused");
  return placement;
}
