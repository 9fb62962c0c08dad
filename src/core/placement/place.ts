import type { Pod } from "#api/core/pod.ts";
import { tolerates } from "../tolerations.ts";
import type { NodeRoom } from "./node-room.ts";
import { type Refusal, refusalOf } from "./refusal.ts";
import { podRequests } from "./requests.ts";

export type Placement =
  | { readonly kind: "bind"; readonly nodeName: string }
  /** `message` is what kube-scheduler says in its event and condition. */
  | { readonly kind: "refused"; readonly message: string };

/** The node with most room left among those that fit; of equals the one with the fewest pods, then the first by name. */
export function place(pod: Pod, rooms: readonly NodeRoom[]): Placement {
  if (rooms.length === 0) return { kind: "refused", message: "no nodes available to schedule pods" };
  const refusals: Refusal[] = [];
  let best: { readonly room: NodeRoom; readonly score: number } | undefined;
  for (const room of rooms) {
    const refusal = refusalOf(pod, room);
    if (refusal !== undefined) {
      refusals.push(refusal);
      continue;
    }
    const score = scoreOf(pod, room);
    if (best === undefined || score > best.score || (score === best.score && isBefore(room, best.room)))
      best = { room, score };
  }
  if (best !== undefined) return { kind: "bind", nodeName: best.room.node.metadata.name };
  return { kind: "refused", message: messageOf(refusals) };
}

const isBefore = (a: NodeRoom, b: NodeRoom): boolean =>
  a.podCount === b.podCount ? a.node.metadata.name < b.node.metadata.name : a.podCount < b.podCount;

/** A pod that asks for nothing still uses something. Source: DefaultMilliCPURequest and DefaultMemoryRequest of kube-scheduler. */
const assumed: Readonly<Record<string, number>> = { cpu: 100, memory: 200 * 1024 * 1024 };

/** The share of CPU and memory that would be left, from 0 to 1, less a step for every taint that asks to be avoided. */
function scoreOf(pod: Pod, { node, allocatable, taken }: NodeRoom): number {
  const requests = podRequests(pod);
  const left = Object.entries(assumed).map(([name, least]) => {
    const whole = allocatable.get(name) ?? 0;
    const used = (taken.get(name) ?? 0) + (requests.get(name) ?? least);
    return whole === 0 ? 0 : Math.max(0, (whole - used) / whole);
  });
  const avoided = (node.spec.taints ?? []).filter(
    (taint) =>
      taint.effect === "PreferNoSchedule" && !(pod.spec.tolerations ?? []).some((one) => tolerates(one, taint)),
  );
  return left.reduce((a, b) => a + b, 0) / left.length - avoided.length;
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable. preemption: 0/3 nodes are available: …` */
function messageOf(refusals: readonly Refusal[]): string {
  const head = `0/${refusals.length} nodes are available`;
  const preemption = refusals.map(({ isPassing }) =>
    isPassing ? "No preemption victims found for incoming pod" : "Preemption is not helpful for scheduling",
  );
  return `${head}: ${counted(refusals.flatMap(({ reasons }) => reasons))}. preemption: ${head}: ${counted(preemption)}.`;
}

/** Sorted as texts, as Go does it: "10 …" comes before "2 …". */
function counted(reasons: readonly string[]): string {
  const counts = Map.groupBy(reasons, (reason) => reason);
  return [...counts]
    .map(([reason, all]) => `${all.length} ${reason}`)
    .toSorted()
    .join(", ");
}
