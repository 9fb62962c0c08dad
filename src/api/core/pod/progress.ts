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

export function readiness({ spec, status }: Pod): string {
  const sidecars = sidecarNames(spec);
  const started = (status.initContainerStatuses ?? []).filter(({ name, ready }) => sidecars.has(name) && ready);
  const ready = (status.containerStatuses ?? []).filter((one) => one.ready && one.state.running !== undefined);
  return `${started.length + ready.length}/${sidecars.size + spec.containers.length}`;
}

export function restarts({ spec, status }: Pod, now: number): string {
  const sidecars = sidecarNames(spec);
  const inits = status.initContainerStatuses ?? [];
  const mains = status.containerStatuses ?? [];
  const counted = isInitializing(spec, status) ? inits : [...inits.filter(({ name }) => sidecars.has(name)), ...mains];
  const count = counted.reduce((sum, one) => sum + one.restartCount, 0);
  const last = counted
    .flatMap(({ lastState }) => lastState.terminated?.finishedAt ?? [])
    .toSorted((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);
  return count > 0 && last !== undefined ? `${count} (${showAge(last, now)} ago)` : String(count);
}

export function statusWord({ metadata, spec, status }: Pod): string {
  const word = initWord(spec, status) ?? mainWord(status);
  if (metadata.deletionTimestamp === undefined) return word;
  if (status.reason === "NodeLost") return "Unknown";
  return status.phase === "Succeeded" || status.phase === "Failed" ? word : "Terminating";
}

function phaseWord({ reason, phase = "", conditions = [] }: PodStatus): string {
  const gated = conditions.some((one) => one.type === "PodScheduled" && one.reason === "SchedulingGated");
  return reason || (gated ? "SchedulingGated" : phase);
}

const isInitializing = (spec: PodSpec, status: PodStatus): boolean => initWord(spec, status) !== undefined;

/** `Init:1/2`, `Init:CrashLoopBackOff`, …; undefined once initialization is over. */
function initWord(spec: PodSpec, { initContainerStatuses = [], conditions = [] }: PodStatus): string | undefined {
  const sidecars = sidecarNames(spec);
  const total = spec.initContainers?.length ?? 0;
  if (conditions.some(({ type, status }) => type === "Initialized" && status === "True")) return undefined;
  for (const [i, one] of initContainerStatuses.entries()) {
    const { terminated, waiting } = one.state;
    if (terminated?.exitCode === 0 || (sidecars.has(one.name) && one.started)) continue;
    if (terminated !== undefined) return `Init:${terminated.reason || exitWord(terminated)}`;
    if (waiting?.reason && waiting.reason !== "PodInitializing") return `Init:${waiting.reason}`;
    return `Init:${i}/${total}`;
  }
  return undefined;
}

const exitWord = ({ signal, exitCode }: { readonly signal?: number; readonly exitCode: number }): string =>
  signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;

function mainWord(status: PodStatus): string {
  let word = phaseWord(status);
  let running = false;
  for (const one of (status.containerStatuses ?? []).toReversed()) {
    const found = containerWord(one);
    if (found === "running") running = true;
    else if (found !== undefined) word = found;
  }
  if (word !== "Completed" || !running) return word;
  const ready = status.conditions?.some((one) => one.type === "Ready" && one.status === "True");
  return ready ? "Running" : "NotReady";
}

function containerWord({ state: { waiting, terminated, running }, ready }: ContainerStatus): string | undefined {
  if (waiting?.reason) return waiting.reason;
  if (terminated !== undefined) return terminated.reason || exitWord(terminated);
  return ready && running !== undefined ? "running" : undefined;
}
