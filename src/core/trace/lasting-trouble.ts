import type { Pod } from "#api/core/pod.ts";

/** Reasons of a waiting container that time alone doesn't mend. */
const lasting = new Set([
  "CrashLoopBackOff",
  "CreateContainerConfigError",
  "CreateContainerError",
  "ErrImageNeverPull",
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "RunContainerError",
]);

/** Why a pod won't become ready by itself, in a few words; undefined where it may only be slow. */
export function lastingTrouble({ metadata, status }: Pod): string | undefined {
  const told = (why: string): string => `pod ${metadata.name}: ${why.split("\n")[0]}`;
  const unscheduled = (status.conditions ?? []).find(
    ({ type, reason }) => type === "PodScheduled" && reason === "Unschedulable",
  );
  if (unscheduled !== undefined) return told((unscheduled.message ?? "Unschedulable").replace(/ preemption: .*/s, ""));
  if (status.phase === "Failed") return told(status.message ?? status.reason ?? "Failed");
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  for (const { state, lastState } of containers) {
    const { reason = "", message = "" } = state?.waiting ?? {};
    if (!lasting.has(reason)) continue;
    // Of a program that ends again and again, its code says more than the back-off.
    const why = lastState?.terminated === undefined ? message : `exit code ${lastState.terminated.exitCode}`;
    return told(why === "" ? reason : `${reason}: ${why}`);
  }
  return undefined;
}
