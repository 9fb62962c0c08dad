/** What follows for a node and its pods when nothing is heard of it. Source: pkg/controller/nodelifecycle in Kubernetes. */
import type { Node, NodeCondition, NodeStatus, Taint } from "#api/core/node.ts";
import type { PodStatus } from "#api/core/pod/status.ts";
import type { Pod } from "#api/core/pod.ts";
import { readTime, showTime } from "../time.ts";
import { tolerates } from "../tolerations.ts";
import { conditionOf, isTerminating } from "./pod-state.ts";
import { sameJson } from "./same-json.ts";

export const readyOf = ({ status }: Node): NodeCondition | undefined =>
  status.conditions?.find(({ type }) => type === "Ready");

/** What a node says of itself; all of it is unknown once it is silent. */
const reported = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

/** undefined where the stored one says so already. */
export function silentStatus({ status }: Node, now: number): NodeStatus | undefined {
  const before = status.conditions ?? [];
  const silent = reported.map((type): NodeCondition => {
    const known = before.find((one) => one.type === type);
    if (known?.status === "Unknown") return known;
    return {
      type,
      status: "Unknown",
      reason: known === undefined ? "NodeStatusNeverUpdated" : "NodeStatusUnknown",
      message: known === undefined ? "Kubelet never posted node status." : "Kubelet stopped posting node status.",
      ...(known?.lastHeartbeatTime !== undefined && { lastHeartbeatTime: known.lastHeartbeatTime }),
      lastTransitionTime: showTime(now),
    };
  });
  if (silent.every((one) => before.includes(one))) return undefined;
  return { ...status, conditions: [...before.filter(({ type }) => !reported.includes(type)), ...silent] };
}

const notReady = "node.kubernetes.io/not-ready";
const unreachable = "node.kubernetes.io/unreachable";
const cordoned = "node.kubernetes.io/unschedulable";
const pressures: Readonly<Record<string, string>> = {
  MemoryPressure: "node.kubernetes.io/memory-pressure",
  DiskPressure: "node.kubernetes.io/disk-pressure",
  PIDPressure: "node.kubernetes.io/pid-pressure",
  NetworkUnavailable: "node.kubernetes.io/network-unavailable",
};
const ours = new Set([notReady, unreachable, cordoned, ...Object.values(pressures)]);

/** The taints that the node's conditions call for, beside those that people set. undefined where it has them. */
export function wantedTaints(node: Node, now: number): readonly Taint[] | undefined {
  const before = node.spec.taints ?? [];
  const conditions = node.status.conditions ?? [];
  const ready = readyOf(node)?.status ?? "Unknown";
  const key = ready === "Unknown" ? unreachable : notReady;
  const wanted: Taint[] = [
    ...(ready === "True" ? [] : [{ key, effect: "NoSchedule" } as const, { key, effect: "NoExecute" } as const]),
    ...(node.spec.unschedulable === true ? [{ key: cordoned, effect: "NoSchedule" } as const] : []),
    ...conditions.flatMap(({ type, status }) => {
      const pressure = status === "True" ? pressures[type] : undefined;
      return pressure === undefined ? [] : [{ key: pressure, effect: "NoSchedule" } as const];
    }),
  ];
  const same = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;
  const next = [
    ...before.filter((taint) => !ours.has(taint.key) || wanted.some((one) => same(one, taint))),
    ...wanted
      .filter((one) => !before.some((taint) => same(one, taint)))
      .map((one) => ({ ...one, timeAdded: showTime(now) })),
  ];
  return sameJson(next, before) ? undefined : next;
}

/** A pod on a silent node serves nobody as far as anyone knows. undefined where its status says so already. */
export function unreadyStatus(pod: Pod, now: number): PodStatus | undefined {
  const ready = conditionOf(pod, "Ready");
  if (ready === undefined || ready.status !== "True") return undefined;
  const unready = { ...ready, status: "False", lastTransitionTime: showTime(now), reason: "NodeNotReady" };
  return { ...pod.status, conditions: (pod.status.conditions ?? []).map((one) => (one === ready ? unready : one)) };
}

/**
 * In how many seconds the pod must leave the node because of its NoExecute taints; undefined: it may stay. A pod stays as long as
 * the shortest of the tolerations that it has for them.
 */
export function secondsUntilEviction(pod: Pod, { spec }: Node, now: number): number | undefined {
  if (isTerminating(pod)) return undefined;
  const waits = (spec.taints ?? [])
    .filter(({ effect }) => effect === "NoExecute")
    .flatMap((taint) => {
      const fitting = (pod.spec.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
      if (fitting.length === 0) return [0];
      const limits = fitting.flatMap(({ tolerationSeconds }) =>
        tolerationSeconds === undefined ? [] : [tolerationSeconds],
      );
      const passed = (now - readTime(taint.timeAdded ?? showTime(now))) / 1000;
      return limits.length === 0 ? [] : [Math.max(0, Math.min(...limits) - passed)];
    });
  return waits.length === 0 ? undefined : Math.min(...waits);
}
