import type { Container } from "#api/core/pod/container.ts";
import type { PodCondition, PodStatus } from "#api/core/pod/status.ts";
import type { Pod } from "#api/core/pod.ts";
import { showTime } from "#machinery/time.ts";
import { containerStatus, isReady } from "./container-status.ts";
import { lastRun, type Observed } from "./observed.ts";
import { deadlineOf, hasStarted, isFinished, isRunning, isSidecar } from "./steps.ts";

export interface StatusFacts {
  readonly hostAddresses: readonly string[];
  readonly now: number;
  /** Something is being done to its containers: what has ended may be starting again. */
  readonly isAtWork: boolean;
}

/**
 * The status that the node writes: what others decided (PodScheduled, readiness gates, QoS class) is kept.
 * Source: the kubelet's generateAPIPodStatus; KEP-3085 for PodReadyToStartContainers.
 */
export function podStatus(pod: Pod, observed: Observed, facts: StatusFacts): PodStatus {
  const { now, hostAddresses, isAtWork } = facts;
  const statuses = (containers: readonly Container[]) =>
    containers.map((container) => containerStatus(pod, observed, { container, now }));
  const addresses = pod.spec.hostNetwork === true ? hostAddresses : (observed.sandbox?.addresses ?? known(pod));
  const reached = phaseOf(pod, observed, isAtWork);
  const isLate = isUnfinished(reached) && now >= (deadlineOf(pod) ?? Number.POSITIVE_INFINITY);
  const phase = isLate ? "Failed" : reached;
  return {
    ...pod.status,
    phase,
    ...(isLate && late),
    ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
    conditions: conditionsOf(pod, observed, { phase, now }),
    ...(hostAddresses[0] !== undefined && { hostIP: hostAddresses[0], hostIPs: hostAddresses.map((ip) => ({ ip })) }),
    ...(addresses[0] !== undefined && { podIP: addresses[0], podIPs: addresses.map((ip) => ({ ip })) }),
    startTime: pod.status.startTime ?? showTime(now),
    ...(pod.spec.initContainers !== undefined && { initContainerStatuses: statuses(pod.spec.initContainers) }),
    containerStatuses: statuses(pod.spec.containers),
  };
}

/** Source: the kubelet's activeDeadlineHandler. */
const late = { reason: "DeadlineExceeded", message: "Pod was active on the node longer than the specified deadline" };
const isUnfinished = (phase: Phase): boolean => phase === "Pending" || phase === "Running";

const known = (pod: Pod): readonly string[] => (pod.status.podIPs ?? []).flatMap(({ ip }) => (ip ? [ip] : []));

type Phase = "Pending" | "Running" | "Succeeded" | "Failed";

function phaseOf(pod: Pod, observed: Observed, isAtWork: boolean): Phase {
  const stored = pod.status.phase;
  if (stored === "Succeeded" || stored === "Failed") return stored;
  const inits = (pod.spec.initContainers ?? []).filter((container) => !isSidecar(container));
  const runs = pod.spec.containers.map(({ name }) => lastRun(observed, name));
  if (isFinished(pod, observed) || (!isAtWork && hasLeft(pod, observed))) {
    const well = (name: string): boolean => lastRun(observed, name)?.end?.exitCode === 0;
    return inits.every(({ name }) => well(name)) && pod.spec.containers.every(({ name }) => well(name))
      ? "Succeeded"
      : "Failed";
  }
  return runs.every((run) => run !== undefined) ? "Running" : "Pending";
}

/** A pod that is deleted comes to its end whatever its restart policy. Source: KEP-3329, PodDisruptionConditions. */
const hasLeft = ({ metadata, spec }: Pod, observed: Observed): boolean =>
  metadata.deletionTimestamp !== undefined &&
  [...(spec.initContainers ?? []), ...spec.containers].every(({ name }) => !isRunning(observed, name));

interface Moment {
  readonly phase: Phase;
  readonly now: number;
}

function conditionsOf(pod: Pod, observed: Observed, { phase, now }: Moment): readonly PodCondition[] {
  const lasting = [...(pod.spec.initContainers ?? []).filter(isSidecar), ...pod.spec.containers];
  const unready = lasting.filter((container) => !isReady(pod, container, observed)).map(({ name }) => name);
  const incomplete = incompleteInits(pod, observed);
  const closedGates = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => closedGate(pod, conditionType));
  const containers = verdict(unready, { phase, what: "ContainersNotReady", words: "containers with unready status" });
  const ready: Verdict =
    containers.status === "True" && closedGates.length > 0
      ? { status: "False", reason: "ReadinessGatesNotReady", message: closedGates.join(", ") }
      : containers;
  const own: readonly [string, Verdict][] = [
    ["PodReadyToStartContainers", { status: observed.sandbox === undefined ? "False" : "True" }],
    [
      "Initialized",
      verdict(incomplete, {
        phase,
        what: "ContainersNotInitialized",
        words: "containers with incomplete status",
        done: true,
      }),
    ],
    ["Ready", ready],
    ["ContainersReady", containers],
  ];
  const names = new Set(own.map(([type]) => type));
  const others = (pod.status.conditions ?? []).filter(({ type }) => !names.has(type));
  return [...own.map(([type, one]) => stamped(pod, type, { ...one, now })), ...others];
}

interface Verdict {
  readonly status: "True" | "False";
  readonly reason?: string;
  readonly message?: string;
}
interface Wording {
  readonly phase: Phase;
  readonly what: string;
  readonly words: string;
  /** A pod that has ended is initialized all the same, but no longer ready. */
  readonly done?: true;
}

function verdict(missing: readonly string[], { phase, what, words, done }: Wording): Verdict {
  if (phase === "Succeeded") return { status: done ? "True" : "False", reason: "PodCompleted" };
  if (phase === "Failed" && !done) return { status: "False", reason: "PodFailed" };
  if (missing.length === 0) return { status: "True" };
  return { status: "False", reason: what, message: `${words}: [${missing.join(" ")}]` };
}

function incompleteInits(pod: Pod, observed: Observed): readonly string[] {
  const mainRuns = pod.spec.containers.some(({ name }) => lastRun(observed, name) !== undefined);
  const done = (container: Container): boolean =>
    isSidecar(container)
      ? hasStarted(pod, container, observed)
      : mainRuns || lastRun(observed, container.name)?.end?.exitCode === 0;
  return (pod.spec.initContainers ?? []).filter((container) => !done(container)).map(({ name }) => name);
}

/** Why a readiness gate keeps the pod from being ready; nothing where it doesn't. */
function closedGate({ status }: Pod, type: string): readonly string[] {
  const condition = status.conditions?.find((one) => one.type === type);
  if (condition === undefined) return [`corresponding condition of pod readiness gate "${type}" does not exist.`];
  if (condition.status === "True") return [];
  return [`the status of pod readiness gate "${type}" is not "True", but ${condition.status}`];
}

/** The transition time moves only when the status does. */
function stamped(pod: Pod, type: string, { now, ...one }: Verdict & { readonly now: number }): PodCondition {
  const before = pod.status.conditions?.find((condition) => condition.type === type);
  const since = before?.status === one.status ? before.lastTransitionTime : undefined;
  return { type, ...one, lastTransitionTime: since ?? showTime(now) };
}
