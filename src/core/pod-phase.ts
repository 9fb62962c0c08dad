import type { Pod } from "#api/core/pod.ts";

/** It has ended and won't run again. */
export const isFinished = ({ status }: Pick<Pod, "status">): boolean =>
  status.phase === "Succeeded" || status.phase === "Failed";
