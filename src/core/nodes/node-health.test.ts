import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, Taint } from "#api/core/node.ts";
import type { Toleration } from "#api/core/pod/scheduling.ts";
import { readyOf } from "../node.ts";
import { podOf } from "../pod-specimens.ts";
import { disruptedZones, secondsUntilEviction, wantedTaints } from "./node-health.ts";

const now = Date.parse("2026-01-01T00:01:00Z");
const aMinuteAgo = "2026-01-01T00:00:00Z";
const nodeOf = (taints: readonly Taint[], ready: string, unschedulable?: true): Node => ({
  metadata: { name: "node-1", namespace: "", uid: "1", resourceVersion: "1", creationTimestamp: aMinuteAgo },
  spec: { taints, ...(unschedulable && { unschedulable }) },
  status: {
    conditions: [
      { type: "Ready", status: ready },
      { type: "DiskPressure", status: "True" },
    ],
  },
});
const named = (taints: readonly Taint[] | undefined) =>
  taints?.map(({ key, effect }) => `${key.split("/").at(-1)}:${effect}`);

test("taints follow the conditions; those of people stay, and what is right is left alone", () => {
  const own: Taint = { key: "own", effect: "NoSchedule" };
  const lost = wantedTaints(nodeOf([own], "Unknown", true), true, now);
  assert.deepEqual(named(lost), [
    "own:NoSchedule",
    "unreachable:NoSchedule",
    "unreachable:NoExecute",
    "unschedulable:NoSchedule",
    "disk-pressure:NoSchedule",
  ]);
  assert.ok(lost);
  assert.equal(wantedTaints(nodeOf(lost, "Unknown", true), true, now + 60_000), undefined);
  assert.deepEqual(named(wantedTaints(nodeOf(lost, "False"), true, now)), [
    "own:NoSchedule",
    "disk-pressure:NoSchedule",
    "not-ready:NoSchedule",
    "not-ready:NoExecute",
  ]);
  assert.deepEqual(named(wantedTaints(nodeOf(lost, "True"), true, now)), [
    "own:NoSchedule",
    "disk-pressure:NoSchedule",
  ]);
  assert.deepEqual(named(wantedTaints(nodeOf(lost, "Unknown", true), false, now)), [
    "own:NoSchedule",
    "unreachable:NoSchedule",
    "unschedulable:NoSchedule",
    "disk-pressure:NoSchedule",
  ]);
});

const lost: Taint = { key: "node.kubernetes.io/unreachable", effect: "NoExecute", timeAdded: aMinuteAgo };
const other: Taint = { key: "drained", effect: "NoExecute", timeAdded: aMinuteAgo };
const forLost = (tolerationSeconds?: number): Toleration => ({
  key: lost.key,
  operator: "Exists",
  ...(tolerationSeconds !== undefined && { tolerationSeconds }),
});
const cases: readonly (readonly [
  what: string,
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
  seconds: number | undefined,
])[] = [
  ["without a taint it stays", [{ key: "a", effect: "NoSchedule" }], [], undefined],
  ["without a toleration it leaves at once", [lost], [], 0],
  ["it stays as long as it tolerates", [lost], [forLost(300)], 240],
  ["its time is over", [lost], [forLost(30)], 0],
  ["it tolerates for ever", [lost], [forLost()], undefined],
  ["the shortest toleration counts", [lost], [forLost(300), forLost(100)], 40],
  ["every taint must be tolerated", [lost, other], [forLost(300)], 0],
  ["a toleration of everything is one of every taint", [lost, other], [{ operator: "Exists" }], undefined],
];
for (const [what, taints, tolerations, seconds] of cases)
  test(`a pod on a tainted node: ${what}`, () => {
    const pod = podOf("a");
    const tolerant = { ...pod, spec: { ...pod.spec, tolerations } };
    assert.equal(
      secondsUntilEviction(tolerant, nodeOf(taints, "Unknown"), () => 60),
      seconds,
    );
  });

/** "a++- b--": in zone a two nodes that are heard of and a lost one, in zone b two lost ones. */
function nodesIn(zones: string): readonly Node[] {
  return zones.split(" ").flatMap((one) => {
    const [zone = "", ...states] = one;
    return states.map((state, i): Node => {
      const node = nodeOf([], state === "+" ? "True" : "Unknown");
      const labels = { "topology.kubernetes.io/zone": zone };
      return { ...node, metadata: { ...node.metadata, name: `${zone}${i}`, labels } };
    });
  });
}

const disruptions: readonly (readonly [zones: string, disrupted: readonly string[], why: string])[] = [
  ["a+", [], "all is well"],
  ["a+-", [], "one of two is lost"],
  ["a-", ["/a"], "the only one is lost"],
  ["a-- b-", ["/a", "/b"], "everything is lost"],
  ["a-- b+", [], "a whole zone is lost while another lives: its pods are wanted there"],
  ["a+--- b+", ["/a"], "most of a zone is lost"],
  ["a+-- b+", [], "two are few"],
  ["a+++--- b+", [], "half is not most"],
];
for (const [zones, disrupted, why] of disruptions)
  test(`nodes ${zones}: ${why}`, () =>
    assert.deepEqual([...disruptedZones(nodesIn(zones), (node) => readyOf(node)?.status !== "True")], disrupted));
