import type { Container } from "#api/core/pod/container.ts";
import type { ContainerState, ContainerStatus } from "#api/core/pod/status.ts";
import type { Pod } from "#api/core/pod.ts";
import { showTime } from "#machinery/time.ts";
import { lastRun, type Observed, type Refusal, type Run } from "./observed.ts";
import { backOffMs, hasStarted, isFinished, isInit, isSidecar, probed, restarts } from "./steps.ts";
import { containerId, writtenOf } from "./written.ts";

/** What `status.containerStatuses` says of one container. Source: the kubelet's convertToAPIContainerStatuses. */
export function containerStatus(pod: Pod, observed: Observed, { container, now }: Asked): ContainerStatus {
  const run = lastRun(observed, container.name);
  const state = stateOf(pod, observed, { container, now });
  return {
    name: container.name,
    image: container.image ?? "",
    imageID: run === undefined ? "" : `catalogue://${container.image ?? ""}`,
    ...(run !== undefined && { containerID: containerId(pod, run) }),
    restartCount: run?.attempt ?? 0,
    ready: isReady(pod, container, observed),
    started: hasStarted(pod, container, observed),
    state,
    lastState: lastState(pod, observed, { container, isWaiting: state.waiting !== undefined }),
  };
}
interface Asked {
  readonly container: Container;
  readonly now: number;
}

/** Sidecars and main containers are ready while they run and their probe, if any, says so; other init containers once done. */
export function isReady(pod: Pod, container: Container, observed: Observed): boolean {
  if (isInit(pod, container) && !isSidecar(container)) return lastRun(observed, container.name)?.end?.exitCode === 0;
  if (!hasStarted(pod, container, observed)) return false;
  return (
    container.readinessProbe === undefined ||
    (probed(observed, container.name).readiness ?? wasReady(pod, container, observed))
  );
}

/** What was written of this very run: an agent that starts again must not take a pod out of service until it has probed it. */
function wasReady(pod: Pod, { name }: Container, observed: Observed): boolean {
  const run = lastRun(observed, name);
  return run !== undefined && writtenOf(pod, run)?.ready === true;
}

function stateOf(pod: Pod, observed: Observed, { container, now }: Asked): ContainerState {
  const run = lastRun(observed, container.name);
  const refusal = observed.refusals.get(container.name);
  if (run !== undefined && run.end === undefined) return { running: { startedAt: showTime(run.startedAt) } };
  if (run === undefined || (refusal !== undefined && restarts(pod, container, run))) {
    return { waiting: refusal === undefined ? waitingForTurn(pod) : waitingFor(refusal) };
  }
  const wait = backOffMs(run);
  if (run.end !== undefined && willRestart(pod, observed, { container, run }) && run.end.finishedAt + wait > now) {
    const detail = `back-off ${Math.round(wait / 1000)}s restarting failed container=${container.name} pod=${podTitle(pod)}`;
    return { waiting: { reason: "CrashLoopBackOff", message: detail } };
  }
  return terminated(pod, run);
}

const willRestart = (pod: Pod, observed: Observed, { container, run }: { container: Container; run: Run }): boolean =>
  pod.metadata.deletionTimestamp === undefined && !isFinished(pod, observed) && restarts(pod, container, run);

const waitingFor = ({ reason, message }: Refusal): { reason: string; message: string } => ({ reason, message });
const waitingForTurn = ({ spec }: Pod): { reason: string } => ({
  reason: spec.initContainers === undefined ? "ContainerCreating" : "PodInitializing",
});

/** `web_default(3f2c…)`: how the kubelet names a pod in its messages. */
export const podTitle = ({ metadata }: Pod): string => `${metadata.name}_${metadata.namespace}(${metadata.uid})`;

/** The end that `state` doesn't show: the last one while the container waits, else the one before. */
function lastState(pod: Pod, { runs }: Observed, { container, isWaiting }: Shown): ContainerState {
  const newestFirst = runs.filter((run) => run.container === container.name).toReversed();
  const run = newestFirst[isWaiting ? 0 : 1];
  return run === undefined ? {} : terminated(pod, run);
}
interface Shown {
  readonly container: Container;
  readonly isWaiting: boolean;
}

function terminated(pod: Pod, run: Run): ContainerState {
  const { end } = run;
  if (end === undefined) return {};
  return {
    terminated: {
      exitCode: end.exitCode,
      reason: end.reason,
      ...(end.message !== "" && { message: end.message }),
      startedAt: showTime(run.startedAt),
      finishedAt: showTime(end.finishedAt),
      containerID: containerId(pod, run),
    },
  };
}
