import { showAge } from "#machinery/age.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import type { Container } from "./container.ts";
import type { PodSpec } from "./spec.ts";
import type { ContainerStatus, PodStatus } from "./status.ts";

// What the columns READY, STATUS and RESTARTS say. Source: printPod in pkg/printers/internalversion/printers.go.

interface Pod {
  readonly metadata: ObjectMeta;
  readonly spec: PodSpec;
  readonly status: PodStatus;
}

/** An init container that goes on running beside the others. */
const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === "Always";
const sidecarNames = ({ initContainers = [] }: PodSpec): ReadonlySet<string> =>
  new Set(initContainers.filter(isSidecar).map(({ name }) => name));

/** `1/2`: containers that are ready, of those that run until the pod ends. */
export function readiness({ spec, status }: Pod): string {
  const sidecars = sidecarNames(spec);
  const inits = (status.initContainerStatuses ?? []).filter(
    (one) => sidecars.has(one.name) && one.started && one.ready,
  );
  const mains = isInitializing(spec, status)
    ? []
    : (status.containerStatuses ?? []).filter((one) => one.ready && one.state.running !== undefined);
  return `${inits.length + mains.length}/${sidecars.size + spec.containers.length}`;
}

/** `2 (3m ago)`: while it initializes, those of the init containers so far; then those of what runs until the pod ends. */
export function restarts({ spec, status }: Pod, now: number): string {
  const sidecars = sidecarNames(spec);
  const inits = status.initContainerStatuses ?? [];
  const counted = isInitializing(spec, status)
    ? inits.slice(0, 1 + inits.findIndex((one) => !isDone(one, sidecars)))
    : [...inits.filter(({ name }) => sidecars.has(name)), ...(status.containerStatuses ?? [])];
  const count = counted.reduce((sum, one) => sum + one.restartCount, 0);
  const last = counted
    .flatMap(({ lastState }) => lastState.terminated?.finishedAt ?? [])
    .toSorted((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);
  return count > 0 && last !== undefined ? `${count} (${showAge(last, now)} ago)` : String(count);
}

export function statusWord({ metadata, spec, status }: Pod): string {
  const initializing = initWord(spec, status);
  const start = initializing ?? phaseWord(status);
  const word = isInitializing(spec, status) ? start : mainWord(status, start);
  if (metadata.deletionTimestamp === undefined) return word;
  if (status.reason === "NodeLost") return "Unknown";
  return status.phase === "Succeeded" || status.phase === "Failed" ? word : "Terminating";
}

function phaseWord({ reason, phase = "", conditions = [] }: PodStatus): string {
  const isGated = conditions.some((one) => one.type === "PodScheduled" && one.reason === "SchedulingGated");
  return isGated ? "SchedulingGated" : reason || phase;
}

const isTrue = ({ conditions = [] }: PodStatus, wanted: string): boolean =>
  conditions.some(({ type, status }) => type === wanted && status === "True");

const isInitializing = (spec: PodSpec, status: PodStatus): boolean =>
  initWord(spec, status) !== undefined && !isTrue(status, "Initialized");

/** The next container need not wait for it any more. */
const isDone = ({ name, state, started }: ContainerStatus, sidecars: ReadonlySet<string>): boolean =>
  state.terminated?.exitCode === 0 || (sidecars.has(name) && started === true);

/** `Init:1/2`, `Init:CrashLoopBackOff`, …; undefined where no init container is at work. */
function initWord(spec: PodSpec, { initContainerStatuses = [] }: PodStatus): string | undefined {
  const sidecars = sidecarNames(spec);
  const at = initContainerStatuses.findIndex((one) => !isDone(one, sidecars));
  const state = initContainerStatuses[at]?.state;
  if (state === undefined) return undefined;
  const { terminated, waiting } = state;
  if (terminated !== undefined) return `Init:${terminated.reason || exitWord(terminated)}`;
  if (waiting?.reason && waiting.reason !== "PodInitializing") return `Init:${waiting.reason}`;
  return `Init:${at}/${spec.initContainers?.length ?? 0}`;
}

const exitWord = ({ signal, exitCode }: { readonly signal?: number; readonly exitCode: number }): string =>
  signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;

/** The first container that has something to say; else how the pod is. */
function mainWord(status: PodStatus, start: string): string {
  const containers = status.containerStatuses ?? [];
  const word = containers.map(({ state }) => stateWord(state)).find((one) => one !== undefined) ?? start;
  const isRunning = containers.some(({ state, ready }) => ready && state.running !== undefined);
  if (word !== "Completed" || !isRunning) return word;
  return isTrue(status, "Ready") ? "Running" : "NotReady";
}

function stateWord({ waiting, terminated }: ContainerStatus["state"]): string | undefined {
  if (waiting?.reason) return waiting.reason;
  return terminated && (terminated.reason || exitWord(terminated));
}
