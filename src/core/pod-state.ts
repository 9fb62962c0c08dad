import type { PodCondition } from "#api/core/pod/status.ts";
import type { Pod } from "#api/core/pod.ts";
import { readTime } from "#machinery/time.ts";

/** It has ended and won't run again. */
export const isFinished = ({ status }: Pick<Pod, "status">): boolean =>
  status.phase === "Succeeded" || status.phase === "Failed";

export const isTerminating = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;

/** It counts as a replica. */
export const isActive = (pod: Pod): boolean => !isFinished(pod) && !isTerminating(pod);

export const conditionOf = ({ status }: Pod, type: string): PodCondition | undefined =>
  status.conditions?.find((one) => one.type === type);

export const isReady = (pod: Pod): boolean => conditionOf(pod, "Ready")?.status === "True";

/** Milliseconds since 1970; 0 where it isn't ready. */
export const readySince = (pod: Pod): number => {
  const ready = conditionOf(pod, "Ready");
  return ready?.status === "True" ? readTime(ready.lastTransitionTime) : 0;
};

/**
 * In how many seconds the pod will have been ready for `minReadySeconds`; 0: it has, undefined: it isn't ready.
 * `now` in milliseconds since 1970.
 */
export function secondsUntilAvailable(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  if (!isReady(pod)) return undefined;
  if (minReadySeconds === 0) return 0;
  return Math.max(0, (readySince(pod) - now) / 1000 + minReadySeconds);
}
