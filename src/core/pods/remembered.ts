import type { ContainerStatus } from "#api/core/pod/status.ts";
import type { Pod } from "#api/core/pod.ts";
import { readTime } from "#machinery/time.ts";
import type { Run, RunEnd } from "./observed.ts";

/**
 * Runs that the pod's status tells of and the node no longer knows: they ended while nobody watched (a reboot, a clean-up).
 * What was running then counts as killed, so that the restart policy decides what comes next. Init containers that had done
 * their work have to do it again, since what they prepared went with the sandbox; only a pod that has ended keeps them.
 */
export function rememberedRuns(pod: Pod, known: readonly Run[]): readonly Run[] {
  const names = new Set(known.map(({ container }) => container));
  const { phase, initContainerStatuses = [], containerStatuses = [] } = pod.status;
  const hasEnded = phase === "Succeeded" || phase === "Failed";
  const inits = initContainerStatuses.filter(({ state }) => hasEnded || state.terminated?.exitCode !== 0);
  const told = [...inits, ...containerStatuses];
  return told.filter(({ name }) => !names.has(name)).flatMap(remembered);
}

function remembered({ name, restartCount, state, lastState }: ContainerStatus): readonly Run[] {
  const run = { container: name, attempt: restartCount, restartsInARow: restartCount };
  if (state.running !== undefined) {
    const startedAt = readTime(state.running.startedAt);
    return [{ ...run, startedAt, end: lost(startedAt) }];
  }
  const end = state.terminated ?? lastState.terminated;
  if (end === undefined) return [];
  return [
    {
      ...run,
      startedAt: readTime(end.startedAt),
      end: {
        exitCode: end.exitCode,
        reason: reasonOf(end.reason),
        message: end.message ?? "",
        finishedAt: readTime(end.finishedAt),
      },
    },
  ];
}

const reasons = ["Completed", "Error", "OOMKilled", "ContainerStatusUnknown", "StartError"] as const;
const reasonOf = (text: string | undefined): RunEnd["reason"] => reasons.find((reason) => reason === text) ?? "Error";

const lost = (startedAt: number): RunEnd => ({
  exitCode: 137,
  reason: "ContainerStatusUnknown",
  message: "The container could not be located when the pod was terminated",
  finishedAt: startedAt,
});
