import type { Pod } from "#api/core/pod.ts";
import { neighbourhoodOf } from "./neighbourhood.ts";
import type { NodeRoom, TakenPort } from "./node-room.ts";
import { type Refusal, refusalOf } from "./refusal.ts";
import { scoresOf } from "./scores.ts";
import { spreadLimits } from "./spread-limits.ts";
import type { Surroundings } from "./surroundings.ts";

export type Placement =
  | { readonly kind: "bind"; readonly nodeName: string }
  | {
      readonly kind: "refused";
      /** What kube-scheduler says in its event and condition. */
      readonly message: string;
      /** Which pods have the host ports that it asks for; absent where it isn't for that. */
      readonly portsTaken?: string;
    };

/** The best of the nodes that fit; of equals the one with the fewest pods, then the first by name. */
export function place(pod: Pod, surroundings: Surroundings): Placement {
  const { rooms } = surroundings;
  if (rooms.length === 0) return { kind: "refused", message: "no nodes available to schedule pods" };
  const limits = spreadLimits(pod, surroundings);
  const neighbourhood = neighbourhoodOf(pod, surroundings);
  const fitting: NodeRoom[] = [];
  const refusals: NodeRefusal[] = [];
  for (const room of rooms) {
    const { node } = room;
    const refusal = refusalOf(pod, room) ?? limits(node) ?? neighbourhood.refuses(node);
    if (refusal === undefined) fitting.push(room);
    else refusals.push({ ...refusal, nodeName: node.metadata.name });
  }
  if (fitting.length === 0) return { kind: "refused", message: messageOf(refusals), ...portsTakenIn(refusals) };
  const scores = fitting.length === 1 ? [0] : scoresOf(pod, fitting, { surroundings, neighbourhood });
  const ranked = fitting.map((room, i) => ({ room, score: scores[i] ?? 0 }));
  const { room } = ranked.reduce((a, b) => (isBefore(b, a) ? b : a));
  return { kind: "bind", nodeName: room.node.metadata.name };
}

interface NodeRefusal extends Refusal {
  readonly nodeName: string;
}
interface Ranked {
  readonly room: NodeRoom;
  readonly score: number;
}

function isBefore(a: Ranked, b: Ranked): boolean {
  if (a.score !== b.score) return a.score > b.score;
  if (a.room.podCount !== b.room.podCount) return a.room.podCount < b.room.podCount;
  return a.room.node.metadata.name < b.room.node.metadata.name;
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

/** So many nodes are told of by name. */
const toldMost = 5;

/** `Host ports are taken: 8086/TCP of node-1 by pod default/influxdb` */
function portsTakenIn(refusals: readonly NodeRefusal[]): { readonly portsTaken?: string } {
  const byName = refusals.toSorted((a, b) => (a.nodeName < b.nodeName ? -1 : 1));
  const taken = byName.flatMap(({ nodeName, takenPorts = [] }) => takenPorts.map((port) => ({ nodeName, port })));
  if (taken.length === 0) return {};
  const told = taken
    .slice(0, toldMost)
    .map(({ nodeName, port }) => `${portTitle(port)} of ${nodeName} by pod ${port.pod}`);
  const others = taken.length - told.length;
  return { portsTaken: `Host ports are taken: ${told.join(", ")}${others > 0 ? `, and ${others} more` : ""}` };
}

const portTitle = ({ ip, port, protocol }: TakenPort): string =>
  `${port}/${protocol}${ip === "0.0.0.0" ? "" : ` at ${ip}`}`;
