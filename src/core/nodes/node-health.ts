/** What follows for a node and its pods when nothing is heard of it. Source: pkg/controller/nodelifecycle in Kubernetes. */

import { regionLabel, zoneLabel } from "#api/core/node/labels.ts";
import type { Node, NodeCondition, NodeStatus, Taint } from "#api/core/node.ts";
import type { PodStatus } from "#api/core/pod/status.ts";
import type { Pod } from "#api/core/pod.ts";
import { showTime } from "#machinery/time.ts";
import { readyOf } from "../node.ts";
import { conditionOf, isTerminating } from "../pod-state.ts";
import { sameJson } from "../same-json.ts";
import { tolerates } from "../tolerations.ts";

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

/**
 * The taints that the node's conditions call for, beside those that people set; only where it `evicts` they drive pods away.
 * undefined where it has them.
 */
export function wantedTaints(node: Node, evicts: boolean, now: number): readonly Taint[] | undefined {
  const before = node.spec.taints ?? [];
  const conditions = node.status.conditions ?? [];
  const ready = readyOf(node)?.status ?? "Unknown";
  const key = ready === "Unknown" ? unreachable : notReady;
  const wanted: Taint[] = [
    ...(ready === "True" ? [] : [{ key, effect: "NoSchedule" } as const]),
    ...(ready === "True" || !evicts ? [] : [{ key, effect: "NoExecute" } as const]),
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
 * the shortest of the tolerations that it has for them. `heldSeconds` says for how long a taint has been seen there: the time that is
 * written in it is another clock's.
 */
export function secondsUntilEviction(pod: Pod, node: Node, heldSeconds: (taint: Taint) => number): number | undefined {
  if (isTerminating(pod)) return undefined;
  const waits = drivingTaints(node).flatMap((taint) => {
    const fitting = (pod.spec.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
    if (fitting.length === 0) return [0];
    const limits = fitting.flatMap(({ tolerationSeconds }) =>
      tolerationSeconds === undefined ? [] : [tolerationSeconds],
    );
    return limits.length === 0 ? [] : [Math.max(0, Math.min(...limits) - heldSeconds(taint))];
  });
  return waits.length === 0 ? undefined : Math.min(...waits);
}

/** Those that drive pods away. */
export const drivingTaints = ({ spec }: Node): readonly Taint[] =>
  (spec.taints ?? []).filter(({ effect }) => effect === "NoExecute");

/** From so many lost nodes on, and from such a share on, it is rather the network that is lost. */
const [fewLost, lostShare] = [2, 0.55];

/**
 * The zones from which nobody is driven away: there the network between the nodes and their control plane is the likelier culprit, and pods
 * that can't be seen would be made anew for nothing. That is every zone where all nodes of all zones are lost, else each where most are.
 * Source: ComputeZoneState in pkg/controller/nodelifecycle; a zone in which all are lost is given up there while others live.
 */
export function disruptedZones(nodes: readonly Node[], isLost: (node: Node) => boolean): ReadonlySet<string> {
  const zones = [...Map.groupBy(nodes, regionAndZoneOf)].map(([zone, members]) => {
    const lost = members.filter(isLost).length;
    return { zone, lost, isAll: lost === members.length, share: lost / members.length };
  });
  const isEverything = zones.every(({ isAll }) => isAll);
  const isMost = (one: (typeof zones)[number]): boolean => !one.isAll && one.lost > fewLost && one.share >= lostShare;
  return new Set(zones.filter((one) => isEverything || isMost(one)).map(({ zone }) => zone));
}

/** Region and zone that a node's labels name. */
export const regionAndZoneOf = ({ metadata: { labels = {} } }: Node): string =>
  `${labels[regionLabel] ?? ""}/${labels[zoneLabel] ?? ""}`;
