import type { PodStatus } from "#api/core/pod/status.ts";
import type { Pod } from "#api/core/pod.ts";
import { showTime } from "#machinery/time.ts";

/** The pod's status with the condition that says why it has no node. undefined where the stored one says so already. */
export function unschedulableStatus(
  { status }: Pod,
  { reason, message, now }: { readonly reason: string; readonly message: string; readonly now: number },
): PodStatus | undefined {
  const conditions = status.conditions ?? [];
  const before = conditions.find(({ type }) => type === "PodScheduled");
  if (before?.status === "False" && before.reason === reason && before.message === message) return undefined;
  const since = before?.status === "False" ? before.lastTransitionTime : undefined;
  const lastTransitionTime = since ?? showTime(now);
  const next = { type: "PodScheduled", status: "False", lastTransitionTime, reason, message };
  return { ...status, conditions: [...conditions.filter(({ type }) => type !== "PodScheduled"), next] };
}
