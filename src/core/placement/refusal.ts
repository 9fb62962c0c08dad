import type { Taint } from "#api/core/node.ts";
import type { Pod } from "#api/core/pod.ts";
import { collide, hostPortsOf } from "../host-ports.ts";
import { suitsNode } from "./node-affinity.ts";
import type { NodeRoom, TakenPort } from "./node-room.ts";
import { type Amounts, podRequests } from "./requests.ts";
import { forbiddingTaint, isTolerated } from "./taints.ts";

/** Why a node can't take a pod, in the words of kube-scheduler. */
export interface Refusal {
  readonly reasons: readonly string[];
  /** Other pods going away might make room. */
  readonly isPassing: boolean;
  /** Host ports that others have on this node. */
  readonly takenPorts?: readonly TakenPort[];
}

export const lasting = (reason: string): Refusal => ({ reasons: [reason], isPassing: false });
export const passing = (reason: string): Refusal => ({ reasons: [reason], isPassing: true });

/** The first thing that stands against the node, in the order in which kube-scheduler's filters look; undefined: nothing does. */
export function refusalOf(pod: Pod, room: NodeRoom): Refusal | undefined {
  const { node } = room;
  const { nodeName } = pod.spec;
  if (node.spec.unschedulable === true && !isTolerated(pod, cordon)) return lasting("node(s) were unschedulable");
  if (nodeName !== undefined && nodeName !== node.metadata.name)
    return lasting("node(s) didn't match the requested node name");
  const taint = forbiddingTaint(pod, node);
  if (taint !== undefined) return lasting(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`);
  if (!suitsNode(pod, node)) return lasting("node(s) didn't match Pod's node affinity/selector");
  const wantedPorts = hostPortsOf(pod);
  const takenPorts = room.hostPorts.filter((other) => wantedPorts.some((port) => collide(port, other)));
  if (takenPorts.length > 0)
    return { ...passing("node(s) didn't have free ports for the requested pod ports"), takenPorts };
  return shortageOf(podRequests(pod), room);
}

const cordon: Taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

function shortageOf(requests: Amounts, { allocatable, taken, podCount }: NodeRoom): Refusal | undefined {
  const short = [...requests].filter(
    ([name, amount]) => amount > 0 && amount > (allocatable.get(name) ?? 0) - (taken.get(name) ?? 0),
  );
  const reasons = [
    ...(podCount + 1 > (allocatable.get("pods") ?? 0) ? ["Too many pods"] : []),
    ...short.map(([name]) => `Insufficient ${name}`),
  ];
  if (reasons.length === 0) return undefined;
  return { reasons, isPassing: short.every(([name, amount]) => amount <= (allocatable.get(name) ?? 0)) };
}
