import type { Container } from "#api/core/pod/container.ts";
import type { Pod } from "#api/core/pod.ts";
import type { Refusal } from "#core/pods/observed.ts";
import { refused } from "#core/pods/refusals.ts";
import type { Step } from "#core/pods/steps.ts";
import { CannotRun } from "#os/process-runtime/plan.ts";
import type { ProcessRuntime, Container as RuntimeContainer } from "#os/process-runtime/runtime.ts";
import { type HookTarget, runHook } from "./hooks.ts";
import { containerNamed } from "./pod-containers.ts";
import { type PodMemory, restartsLabel } from "./pod-memory.ts";
import { prepareContainer, type StarterFacts } from "./pod-starter.ts";
import type { PodVolumes } from "./pod-volumes.ts";
import type { References } from "./references.ts";
import type { Tell } from "./remarks.ts";
import type { Stops } from "./stops.ts";
import { VolumeRefused } from "./volumes.ts";

export interface StartsOptions {
  readonly runtime: ProcessRuntime;
  readonly memory: PodMemory;
  readonly references: References;
  readonly volumes: PodVolumes;
  readonly stops: Stops;
  readonly tell: Tell;
  readonly facts: StarterFacts;
  readonly hookTarget: (pod: Pod, running: RuntimeContainer) => HookTarget;
}

/** Starts containers, and tells how it went. */
export class Starts {
  readonly #options: StartsOptions;

  constructor(options: StartsOptions) {
    this.#options = options;
  }

  /** Throws what a retry may mend. */
  async start(pod: Pod, step: Step & { readonly do: "start" }, signal: AbortSignal): Promise<void> {
    const { container: name, attempt, restartsInARow } = step;
    const { memory, references, facts, runtime, tell } = this.#options;
    const { uid } = pod.metadata;
    const container = containerNamed(pod, name);
    const addresses = memory.sandboxOf(uid)?.addresses ?? [];
    try {
      const sources = await references.of(pod);
      const volumes = () => this.#options.volumes.make(pod, sources);
      const labels = { [restartsLabel]: String(restartsInARow) };
      const plan = await prepareContainer(pod, { container, attempt, labels, addresses, sources, volumes }, facts);
      if ("reason" in plan) return this.#refused(pod, container, plan);
      memory.refuse(uid, name, undefined);
      tell(pod, { container: name, type: "Normal", reason: "Created", message: `Created container: ${name}` });
      const started = await runtime.startContainer(plan);
      memory.note(started);
      tell(pod, { container: name, type: "Normal", reason: "Started", message: `Started container ${name}` });
      await this.#postStart(pod, started, signal);
    } catch (fault) {
      await this.#notStarted(pod, name, fault);
    } finally {
      await this.#forgetOld(uid, name);
    }
  }

  #refused(pod: Pod, { name, image = "" }: Container, refusal: Refusal): void {
    const { memory, tell } = this.#options;
    const { uid } = pod.metadata;
    const before = memory.refusalOf(uid, name);
    const { held, remarks } = refused(refusal, { image, before, now: Date.now() });
    memory.refuse(uid, name, held);
    for (const remark of remarks) tell(pod, { ...remark, container: name });
  }

  async #notStarted(pod: Pod, name: string, fault: unknown): Promise<void> {
    const { memory, runtime, tell } = this.#options;
    const message = fault instanceof Error ? fault.message : String(fault);
    if (fault instanceof VolumeRefused) {
      tell(pod, { type: "Warning", reason: "FailedMount", message });
      throw fault;
    }
    tell(pod, { container: name, type: "Warning", reason: "Failed", message: `Error: ${message}` });
    if (!(fault instanceof CannotRun)) throw fault;
    // It is there as a container that ended before its program ran: the restart policy goes on from that.
    const sandbox = (await runtime.list()).find(({ id }) => id === pod.metadata.uid);
    for (const container of sandbox?.containers ?? []) memory.note(container);
  }

  async #postStart(pod: Pod, started: RuntimeContainer, signal: AbortSignal): Promise<void> {
    const { stops, tell, hookTarget } = this.#options;
    const hook = containerNamed(pod, started.name).lifecycle?.postStart;
    if (hook === undefined) return;
    const failed = await stops.whileItMayRun(started, (end) => runHook(hook, hookTarget(pod, started), end), signal);
    if (failed === undefined) return;
    const message = `PostStartHook failed: ${failed}`;
    tell(pod, { container: started.name, type: "Warning", reason: "FailedPostStartHook", message });
    await stops.end(started, pod.spec.terminationGracePeriodSeconds, signal);
  }

  /** The attempt before the last one stays for `kubectl logs --previous`. */
  async #forgetOld(uid: string, name: string): Promise<void> {
    const { memory, runtime } = this.#options;
    for (const old of memory.containersOf(uid, name).slice(0, -2)) {
      await runtime.removeContainer(old.id);
      memory.forgetContainer(old);
    }
  }
}
