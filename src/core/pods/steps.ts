import type { Container } from "#api/core/pod/container.ts";
import type { Pod } from "#api/core/pod.ts";
import { readTime } from "#machinery/time.ts";
import { unreachable } from "../unreachable.ts";
import { lastRun, type Observed, type Probed, type Run } from "./observed.ts";
import { writtenOf } from "./written.ts";

/** What the node does next for a pod. All steps of a plan may be taken at once. */
export type Step =
  | { readonly do: "createSandbox" }
  | { readonly do: "start"; readonly container: string; readonly attempt: number; readonly restartsInARow: number }
  | {
      readonly do: "stop";
      readonly container: string;
      readonly graceSeconds: number;
      /** Within its grace it goes on as if nothing were until nobody is sent to it any more. */
      readonly leavesFirst: boolean;
      readonly because: StopReason;
    }
  /** Its address is free for others; logs stay. */
  | { readonly do: "stopSandbox" }
  /** Everything of its containers goes. */
  | { readonly do: "removeSandbox" }
  | { readonly do: "confirmDeletion" };

export type StopReason = "PodDeleted" | "PodFinished" | "DeadlineExceeded" | "LivenessFailed" | "StartupFailed";

export interface Plan {
  readonly steps: readonly Step[];
  /** When to plan again though nothing has happened by then: a back-off ends. Milliseconds since 1970. */
  readonly wakeAt: number | undefined;
}

/** How long a container that keeps failing waits: 10 s, doubled up to 300 s; forgotten after ten minutes of running. */
const firstDelayMs = 10_000;
const longestDelayMs = 300_000;
const longRunMs = 600_000;

/**
 * The steps that bring what runs nearer to what the pod asks for.
 * Source: the kubelet's computePodActions (pkg/kubelet/kuberuntime); sidecar containers as in KEP-753.
 */
export function planPod(pod: Pod, observed: Observed, now: number): Plan {
  if (pod.metadata.deletionTimestamp !== undefined) return plan(leave(pod, observed, "PodDeleted"));
  if (isFinished(pod, observed)) return plan(leave(pod, observed, "PodFinished"));
  const deadline = deadlineOf(pod);
  if (deadline !== undefined && deadline <= now) return plan(leave(pod, observed, "DeadlineExceeded"));
  const untilThen = plan([], deadline);
  if (observed.sandbox === undefined) return merge([plan([{ do: "createSandbox" }]), untilThen]);
  return merge([
    ...wanted(pod, observed).map((container) => planContainer(pod, observed, { container, now })),
    untilThen,
  ]);
}

/** Until when a pod may run that has been given so much time, in milliseconds since 1970. Source: core/v1 PodSpec.activeDeadlineSeconds. */
export function deadlineOf({ spec, status }: Pod): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || status.startTime === undefined) return undefined;
  return readTime(status.startTime) + spec.activeDeadlineSeconds * 1000;
}

const plan = (steps: readonly Step[], wakeAt?: number): Plan => ({ steps, wakeAt });

function merge(plans: readonly Plan[]): Plan {
  const wakes = plans.flatMap(({ wakeAt }) => (wakeAt === undefined ? [] : [wakeAt]));
  return plan(
    plans.flatMap(({ steps }) => steps),
    wakes.length === 0 ? undefined : Math.min(...wakes),
  );
}

/** Stops what runs, then takes the sandbox down, then says so: main containers first, then sidecars, the last one first. */
function leave(pod: Pod, observed: Observed, because: StopReason): readonly Step[] {
  const graceSeconds = pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds;
  const runs = ({ name }: Container): boolean => isRunning(observed, name);
  const main = pod.spec.containers.filter(runs);
  const next = main.length > 0 ? main : (pod.spec.initContainers ?? []).filter(runs).slice(-1);
  const leavesFirst = because === "PodDeleted";
  if (next.length > 0)
    return next.map(({ name }) => ({ do: "stop", container: name, graceSeconds, leavesFirst, because }));
  // The logs of a pod that has ended stay readable until somebody deletes it; its address is for others.
  if (observed.sandbox !== undefined) return [{ do: because === "PodDeleted" ? "removeSandbox" : "stopSandbox" }];
  if (because !== "PodDeleted") return [];
  // Said once: from then on the pod waits for its finalizers only.
  return graceSeconds === 0 ? [] : [{ do: "confirmDeletion" }];
}

export const isRunning = (observed: Observed, container: string): boolean => {
  const run = lastRun(observed, container);
  return run !== undefined && run.end === undefined;
};

export const isInit = ({ spec }: Pod, { name }: Container): boolean =>
  spec.initContainers?.some((container) => container.name === name) ?? false;

/** A sidecar is an init container that goes on running: later ones wait only until it has started (KEP-753). */
export const isSidecar = (container: Container): boolean => container.restartPolicy === "Always";

/** The containers that should run now: init containers up to the first that isn't done, and the main ones when all are. */
function wanted(pod: Pod, observed: Observed): readonly Container[] {
  const { spec } = pod;
  const inits = spec.initContainers ?? [];
  // Init containers don't run again beside main ones: a sidecar that is started again holds nobody back.
  const haveBegun = spec.containers.some(({ name }) => isRunning(observed, name));
  const first = haveBegun ? -1 : inits.findIndex((container) => !letsNextBegin(pod, container, observed));
  if (first >= 0)
    return inits.slice(0, first + 1).filter((container) => isSidecar(container) || !isDone(container, observed));
  return [...inits.filter(isSidecar), ...spec.containers];
}

const isDone = ({ name }: Container, observed: Observed): boolean => lastRun(observed, name)?.end?.exitCode === 0;
const letsNextBegin = (pod: Pod, container: Container, observed: Observed): boolean =>
  isSidecar(container) ? hasStarted(pod, container, observed) : isDone(container, observed);

const none: Probed = { startup: undefined, readiness: undefined, liveness: undefined };
export const probed = (observed: Observed, container: string): Probed => observed.probes.get(container) ?? none;

/** Whether it runs and its startup probe, if it has one, has passed; once written it need not pass again for this run. */
export function hasStarted(pod: Pod, container: Container, observed: Observed): boolean {
  const run = lastRun(observed, container.name);
  if (run === undefined || run.end !== undefined) return false;
  if (container.startupProbe === undefined) return true;
  return probed(observed, container.name).startup ?? writtenOf(pod, run)?.started ?? false;
}

interface Asked {
  readonly container: Container;
  readonly now: number;
}

function planContainer(pod: Pod, observed: Observed, { container, now }: Asked): Plan {
  const run = lastRun(observed, container.name);
  if (run !== undefined && run.end === undefined) return plan(failedProbe(pod, container, observed));
  if (run !== undefined && !restarts(pod, container, run)) return plan([]);
  const heldUntil = observed.refusals.get(container.name)?.againAt ?? 0;
  const at = run?.end === undefined ? heldUntil : Math.max(heldUntil, run.end.finishedAt + backOffMs(run));
  if (at > now) return plan([], at);
  const next =
    run === undefined
      ? { attempt: 0, restartsInARow: 0 }
      : { attempt: run.attempt + 1, restartsInARow: hasLasted(run) ? 1 : run.restartsInARow + 1 };
  return plan([{ do: "start", container: container.name, ...next }]);
}

function failedProbe(pod: Pod, container: Container, observed: Observed): readonly Step[] {
  const { startup, liveness } = probed(observed, container.name);
  const because = startup === false ? "StartupFailed" : liveness === false ? "LivenessFailed" : undefined;
  if (because === undefined) return [];
  const probe = because === "StartupFailed" ? container.startupProbe : container.livenessProbe;
  const graceSeconds = probe?.terminationGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds;
  return [{ do: "stop", container: container.name, graceSeconds, leavesFirst: false, because }];
}

/** How long after its end a container waits before it starts again, in milliseconds. */
export function backOffMs(run: Run): number {
  if (run.end === undefined || run.restartsInARow === 0 || hasLasted(run)) return 0;
  return Math.min(longestDelayMs, firstDelayMs * 2 ** (run.restartsInARow - 1));
}

const hasLasted = ({ startedAt, end }: Run): boolean => end !== undefined && end.finishedAt - startedAt >= longRunMs;

/** Whether the restart policy starts it again after this end. */
export function restarts(pod: Pod, container: Container, run: Run): boolean {
  if (isSidecar(container)) return true;
  const policy = pod.spec.restartPolicy;
  switch (policy) {
    case "Always":
      return !isInit(pod, container) || run.end?.exitCode !== 0;
    case "OnFailure":
      return run.end?.exitCode !== 0;
    case "Never":
      return false;
    default:
      return unreachable(policy);
  }
}

/**
 * Whether no main container will ever run again: all have ended for good, an init container failed for good, or it was written
 * down that the pod has ended.
 */
export function isFinished(pod: Pod, observed: Observed): boolean {
  if (pod.status.phase === "Succeeded" || pod.status.phase === "Failed") return true;
  const forGood = (container: Container): boolean => {
    const run = lastRun(observed, container.name);
    return run?.end !== undefined && !restarts(pod, container, run);
  };
  const failedInit = (pod.spec.initContainers ?? []).some(
    (container) => forGood(container) && lastRun(observed, container.name)?.end?.exitCode !== 0,
  );
  return failedInit || pod.spec.containers.every(forGood);
}
