import type { Node, Taint } from "#api/core/node.ts";
import type { Pod } from "#api/core/pod.ts";
import { tolerates } from "../tolerations.ts";

export const isTolerated = ({ spec }: Pod, taint: Taint): boolean =>
  (spec.tolerations ?? []).some((one) => tolerates(one, taint));

/** The first taint that keeps the pod away; undefined: none does. */
export const forbiddingTaint = (pod: Pod, { spec }: Node): Taint | undefined =>
  (spec.taints ?? []).find((taint) => taint.effect !== "PreferNoSchedule" && !isTolerated(pod, taint));

/** How many taints ask the pod to go elsewhere if it can. */
export const discouragingTaints = (pod: Pod, { spec }: Node): number =>
  (spec.taints ?? []).filter((taint) => taint.effect === "PreferNoSchedule" && !isTolerated(pod, taint)).length;
