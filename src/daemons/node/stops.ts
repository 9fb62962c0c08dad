import type { Pod } from "#api/core/pod.ts";
import type { Step, StopReason } from "#core/pods/steps.ts";
import type { ProcessRuntime, Container as RuntimeContainer } from "#os/process-runtime/runtime.ts";
import { Grace } from "./grace.ts";
import { type HookTarget, runHook } from "./hooks.ts";
import type { Leave } from "./leaving.ts";
import { containerNamed } from "./pod-containers.ts";
import type { PodMemory } from "./pod-memory.ts";
import type { Tell } from "./remarks.ts";

export interface StopsOptions {
  readonly runtime: ProcessRuntime;
  readonly memory: PodMemory;
  readonly tell: Tell;
  readonly leave: Leave;
  readonly hookTarget: (pod: Pod, running: RuntimeContainer) => HookTarget;
}

/** What a container is left though its preStop hook took all its time. Source: "Container hooks" of the Kubernetes documentation. */
const lastSeconds = 2;

/** Ends containers: their hooks, SIGTERM, and SIGKILL when their time is over. */
export class Stops {
  readonly #options: StopsOptions;
  /** What cuts short that a container's hook runs, or that it is waited for; by the pod's uid and the container's name. */
  readonly #waits = new Map<string, (graceSeconds: number) => void>();

  constructor(options: StopsOptions) {
    this.#options = options;
  }

  /** What is under way for a container ends in so many seconds at most. */
  hurry(uid: string, container: string, graceSeconds: number): void {
    this.#waits.get(waitKey(uid, container))?.(graceSeconds);
  }

  async stop(pod: Pod, step: Step & { readonly do: "stop" }, signal: AbortSignal): Promise<void> {
    const { container: name, because } = step;
    const running = this.#options.memory
      .containersOf(pod.metadata.uid, name)
      .findLast(({ state }) => state.kind !== "ended");
    if (running === undefined) return;
    this.#options.tell(pod, { container: name, type: "Normal", reason: "Killing", message: killing(name, because) });
    const leftSeconds = await this.#beforeStop(pod, running, { ...step, signal });
    if (!signal.aborted) await this.end(running, leftSeconds, signal);
  }

  /** SIGTERM, and SIGKILL after the grace, which may be cut short meanwhile. */
  async end(running: RuntimeContainer, graceSeconds: number, signal: AbortSignal): Promise<void> {
    const { runtime } = this.#options;
    using grace = this.#wait(running, graceSeconds);
    const ended = await runtime.stopContainer(running.id, graceSeconds, AbortSignal.any([grace.over, signal]));
    // An agent that goes leaves the container to the next one.
    if (ended === undefined && !signal.aborted) await runtime.stopContainer(running.id, 0);
  }

  /** Runs a hook that need not be waited for when the container is to end. Why it failed; nothing where it was cut short. */
  async whileItMayRun(
    { sandbox, name }: RuntimeContainer,
    hook: (end: AbortSignal) => Promise<string | undefined>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const stopped = new AbortController();
    const key = waitKey(sandbox, name);
    this.#waits.set(key, () => stopped.abort());
    const end = AbortSignal.any([signal, stopped.signal]);
    const failed = await hook(end);
    this.#waits.delete(key);
    return end.aborted ? undefined : failed;
  }

  /** Gives what is left of the grace, in seconds, once the container may be told to end. */
  async #beforeStop(pod: Pod, running: RuntimeContainer, stopping: Stopping): Promise<number> {
    const { graceSeconds, leavesFirst, signal } = stopping;
    using grace = this.#wait(running, graceSeconds);
    const end = AbortSignal.any([grace.over, signal]);
    if (leavesFirst) await this.#options.leave(pod, end);
    const hook = containerNamed(pod, running.name).lifecycle?.preStop;
    if (hook === undefined || end.aborted) return grace.secondsLeft;
    const failed = await runHook(hook, this.#options.hookTarget(pod, running), end);
    if (failed !== undefined) {
      const message = `PreStopHook failed: ${failed}`;
      this.#options.tell(pod, { container: running.name, type: "Warning", reason: "FailedPreStopHook", message });
    }
    return grace.wasCut ? 0 : Math.max(lastSeconds, grace.secondsLeft);
  }

  #wait({ sandbox, name }: RuntimeContainer, seconds: number): Grace & Disposable {
    const grace = new Grace(seconds);
    const key = waitKey(sandbox, name);
    this.#waits.set(key, (less) => grace.shorten(less));
    return Object.assign(grace, {
      [Symbol.dispose]: () => {
        grace.release();
        this.#waits.delete(key);
      },
    });
  }
}

interface Stopping {
  readonly graceSeconds: number;
  readonly leavesFirst: boolean;
  readonly signal: AbortSignal;
}

const waitKey = (uid: string, container: string): string => `${uid} ${container}`;

/** Source: the kubelet's messages. */
function killing(container: string, because: StopReason): string {
  switch (because) {
    case "LivenessFailed":
      return `Container ${container} failed liveness probe, will be restarted`;
    case "StartupFailed":
      return `Container ${container} failed startup probe, will be restarted`;
    default:
      return `Stopping container ${container}`;
  }
}
