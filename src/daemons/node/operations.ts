import { rm } from "node:fs/promises";
import type { Container } from "#api/core/pod/container.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { type EventRecorder, referenceTo } from "#client/events.ts";
import type { ResourceClient } from "#client/resource.ts";
import type { Sources } from "#core/pods/env.ts";
import type { Refusal } from "#core/pods/observed.ts";
import { podAddress } from "#core/pods/pod-addresses.ts";
import { refused } from "#core/pods/refusals.ts";
import type { Step, StopReason } from "#core/pods/steps.ts";
import type { Cidr } from "#net/cidr.ts";
import { type Ip, parseIp } from "#net/ip.ts";
import { mountsOf, unmount } from "#os/mounts.ts";
import { CannotRun } from "#os/process-runtime/plan.ts";
import type { ProcessRuntime, Container as RuntimeContainer } from "#os/process-runtime/runtime.ts";
import { SysctlRefused } from "#os/process-runtime/sandbox.ts";
import { CommandFailed } from "#os/spawn.ts";
import { Grace } from "./grace.ts";
import { type HookTarget, hookAddress, pause, runHook } from "./hooks.ts";
import { type PodMemory, restartsLabel } from "./pod-memory.ts";
import { makeVolumes, prepareContainer, type StarterFacts, sandboxPlan, volumesOf } from "./pod-starter.ts";
import type { References } from "./references.ts";
import { VolumeRefused } from "./volumes.ts";

export interface OperationOptions {
  readonly runtime: ProcessRuntime;
  readonly memory: PodMemory;
  readonly references: References;
  readonly client: ResourceClient<Pod, never>;
  readonly recorder: EventRecorder;
  readonly facts: StarterFacts;
  /** The addresses of this node's pods. */
  readonly podCidr: Cidr;
}

/**
 * A terminating pod's endpoint leaves the rules of every node before its processes are told to stop; they would otherwise be
 * asked for connections that they no longer take. Milliseconds.
 */
const leavingMs = 200;

/** What a container is left though its preStop hook took all its time. Source: "Container hooks" of the Kubernetes documentation. */
const lastSeconds = 2;

/** Carries out steps of pods: the hands of the node. */
export class Operations {
  readonly #options: OperationOptions;
  readonly #reserved = new Set<string>();
  /** What cuts short that a container's hook runs, or that it is waited for; by the pod's uid and the container's name. */
  readonly #waits = new Map<string, (graceSeconds: number) => void>();
  /** The last making of each pod's volumes, since its containers start at once and share them. */
  readonly #volumes = new Map<string, Promise<unknown>>();
  #lastAddress: Ip | undefined;

  constructor(options: OperationOptions) {
    this.#options = options;
  }

  /** Throws what a retry may mend. */
  async carryOut(pod: Pod, step: Step, signal: AbortSignal): Promise<void> {
    switch (step.do) {
      case "createSandbox":
        return this.#createSandbox(pod);
      case "start":
        return this.#start(pod, step, signal);
      case "stop":
        return this.#stop(pod, step, signal);
      case "removeSandbox":
        await this.#options.runtime.removeSandbox(pod.metadata.uid);
        this.#options.memory.emptied(pod.metadata.uid);
        return undefined;
      case "confirmDeletion":
        return this.#confirmDeletion(pod);
    }
  }

  /** What is under way for a container ends in so many seconds at most. */
  hurry(uid: string, container: string, graceSeconds: number): void {
    this.#waits.get(`${uid} ${container}`)?.(graceSeconds);
  }

  /** Everything of a pod that the API no longer has; nothing else of it may be under way. */
  async purge(uid: string): Promise<void> {
    const { runtime, memory, facts } = this.#options;
    this.#volumes.delete(uid);
    await runtime.removeSandbox(uid);
    const volumes = volumesOf(facts.volumesFolder, uid);
    const mounts = (await mountsOf()).filter(({ at }) => at.startsWith(`${volumes}/`));
    await unmount(mounts.map(({ at }) => at));
    await rm(volumes, { recursive: true, force: true });
    memory.forget(uid);
  }

  /** Where something is missing the files stay as they are: its coming will be another change. */
  async refreshVolumes(pod: Pod): Promise<void> {
    try {
      await this.#makeVolumes(pod, await this.#options.references.of(pod));
    } catch (fault) {
      if (!(fault instanceof VolumeRefused)) throw fault;
    }
  }

  async #makeVolumes(pod: Pod, sources: Sources): Promise<ReadonlyMap<string, string>> {
    const { uid } = pod.metadata;
    const make = () => makeVolumes(pod, sources, this.#options.facts);
    const made = (this.#volumes.get(uid) ?? Promise.resolve()).then(make, make);
    this.#volumes.set(uid, made);
    return made;
  }

  async #createSandbox(pod: Pod): Promise<undefined> {
    const { runtime, memory, recorder } = this.#options;
    const { uid } = pod.metadata;
    await runtime.removeSandbox(uid); // what a reboot or an unfinished start left
    memory.emptied(uid);
    const address = pod.spec.hostNetwork === true ? undefined : this.#reserve(pod);
    try {
      memory.sandboxMade(await runtime.createSandbox(sandboxPlan(pod, address)));
    } catch (fault) {
      if (fault instanceof CommandFailed || fault instanceof SysctlRefused) {
        const message = `Failed to create pod sandbox: ${fault.message}`;
        recorder.record(referenceTo(pods, pod), "Warning", { reason: "FailedCreatePodSandBox", message });
      }
      throw fault;
    } finally {
      if (address !== undefined) this.#reserved.delete(address);
    }
    return undefined;
  }

  #reserve(pod: Pod): string {
    const { memory, podCidr } = this.#options;
    const taken = new Set([...memory.addresses(), ...this.#reserved]);
    const address = podAddress(podCidr, { wanted: pod.status.podIP, taken, last: this.#lastAddress });
    if (address === undefined) throw new RangeError(`no address is left in ${podCidr.text}`);
    this.#reserved.add(address.text);
    if (address.text !== parseIp(pod.status.podIP ?? "")?.text) this.#lastAddress = address;
    return address.text;
  }

  async #start(pod: Pod, step: Step & { readonly do: "start" }, signal: AbortSignal): Promise<void> {
    const { container: name, attempt, restartsInARow } = step;
    const { memory, references, facts, runtime } = this.#options;
    const { uid } = pod.metadata;
    const container = containerNamed(pod, name);
    const addresses = memory.sandboxOf(uid)?.addresses ?? [];
    try {
      const sources = await references.of(pod);
      const volumes = () => this.#makeVolumes(pod, sources);
      const labels = { [restartsLabel]: String(restartsInARow) };
      const plan = await prepareContainer(pod, { container, attempt, labels, addresses, sources, volumes }, facts);
      if ("reason" in plan) return this.#refused(pod, container, plan);
      memory.refuse(uid, name, undefined);
      this.#tell(pod, name, "Normal", { reason: "Created", message: `Created container: ${name}` });
      const started = await runtime.startContainer(plan);
      memory.note(started);
      this.#tell(pod, name, "Normal", { reason: "Started", message: `Started container ${name}` });
      await this.#postStart(pod, started, signal);
    } catch (fault) {
      return this.#notStarted(pod, name, fault);
    } finally {
      await this.#forgetOld(uid, name);
    }
    return undefined;
  }

  #refused(pod: Pod, { name, image = "" }: Container, refusal: Refusal): void {
    const { memory } = this.#options;
    const { uid } = pod.metadata;
    const before = memory.refusalOf(uid, name);
    const { held, remarks } = refused(refusal, { image, before, now: Date.now() });
    memory.refuse(uid, name, held);
    for (const { type, reason, message } of remarks) this.#tell(pod, name, type, { reason, message });
  }

  async #notStarted(pod: Pod, name: string, fault: unknown): Promise<undefined> {
    const { memory, runtime, recorder } = this.#options;
    const message = fault instanceof Error ? fault.message : String(fault);
    if (fault instanceof VolumeRefused) {
      recorder.record(referenceTo(pods, pod), "Warning", { reason: "FailedMount", message });
      throw fault;
    }
    this.#tell(pod, name, "Warning", { reason: "Failed", message: `Error: ${message}` });
    if (!(fault instanceof CannotRun)) throw fault;
    // It is there as a container that ended before its program ran: the restart policy goes on from that.
    const sandbox = (await runtime.list()).find(({ id }) => id === pod.metadata.uid);
    for (const container of sandbox?.containers ?? []) memory.note(container);
    return undefined;
  }

  async #postStart(pod: Pod, started: RuntimeContainer, signal: AbortSignal): Promise<void> {
    const hook = containerNamed(pod, started.name).lifecycle?.postStart;
    if (hook === undefined) return;
    const stopped = new AbortController();
    const key = `${started.sandbox} ${started.name}`;
    this.#waits.set(key, () => stopped.abort()); // whoever wants the container to end need not wait for this hook
    const end = AbortSignal.any([signal, stopped.signal]);
    const failed = await runHook(hook, this.#hookTarget(pod, started), end);
    this.#waits.delete(key);
    if (failed === undefined || end.aborted) return;
    const message = `PostStartHook failed: ${failed}`;
    this.#tell(pod, started.name, "Warning", { reason: "FailedPostStartHook", message });
    await this.#end(started, pod.spec.terminationGracePeriodSeconds, signal);
  }

  async #stop(pod: Pod, step: Step & { readonly do: "stop" }, signal: AbortSignal): Promise<undefined> {
    const { container: name, because, graceSeconds } = step;
    const running = this.#options.memory
      .containersOf(pod.metadata.uid, name)
      .findLast(({ state }) => state.kind !== "ended");
    if (running === undefined) return undefined;
    this.#tell(pod, name, "Normal", { reason: "Killing", message: killing(name, because) });
    const leftSeconds = await this.#beforeStop(pod, running, { because, graceSeconds, signal });
    if (!signal.aborted) await this.#end(running, leftSeconds, signal);
    return undefined;
  }

  /** Gives what is left of the grace, in seconds, once the container may be told to end. */
  async #beforeStop(pod: Pod, running: RuntimeContainer, { because, graceSeconds, signal }: Stopping): Promise<number> {
    using grace = this.#wait(running, graceSeconds);
    const end = AbortSignal.any([grace.over, signal]);
    if (because === "PodDeleted") await pause(leavingMs, end);
    const hook = containerNamed(pod, running.name).lifecycle?.preStop;
    if (hook === undefined || end.aborted) return grace.secondsLeft;
    const failed = await runHook(hook, this.#hookTarget(pod, running), end);
    if (failed !== undefined) {
      const message = `PreStopHook failed: ${failed}`;
      this.#tell(pod, running.name, "Warning", { reason: "FailedPreStopHook", message });
    }
    return grace.wasCut ? 0 : Math.max(lastSeconds, grace.secondsLeft);
  }

  /** SIGTERM, and SIGKILL after the grace, which may be cut short meanwhile. */
  async #end(running: RuntimeContainer, graceSeconds: number, signal: AbortSignal): Promise<void> {
    const { runtime } = this.#options;
    using grace = this.#wait(running, graceSeconds);
    const politely = runtime.stopContainer(running.id, graceSeconds);
    await Promise.race([politely, fired(AbortSignal.any([grace.over, signal]))]);
    // An agent that goes leaves the container to the next one.
    if (!signal.aborted && grace.over.aborted) await runtime.stopContainer(running.id, 0);
  }

  #wait({ sandbox, name }: RuntimeContainer, seconds: number): Grace & Disposable {
    const grace = new Grace(seconds);
    const key = `${sandbox} ${name}`;
    this.#waits.set(key, (less) => grace.shorten(less));
    return Object.assign(grace, {
      [Symbol.dispose]: () => {
        grace.release();
        this.#waits.delete(key);
      },
    });
  }

  #hookTarget(pod: Pod, { id, name }: RuntimeContainer): HookTarget {
    const { runtime, memory, facts } = this.#options;
    const own = memory.sandboxOf(pod.metadata.uid)?.addresses ?? [];
    return {
      container: containerNamed(pod, name),
      address: hookAddress(pod, own, facts.node.addresses),
      exec: (argv) => runtime.exec(id, argv),
    };
  }

  /** Who learns that the pod has gone already, or is another one, hears of it from its watch in a moment. */
  async #confirmDeletion({ metadata }: Pod): Promise<undefined> {
    await this.#options.client.delete(metadata.namespace, metadata.name, {
      gracePeriodSeconds: 0,
      preconditions: { uid: metadata.uid },
    });
    return undefined;
  }

  /** The attempt before the last one stays for `kubectl logs --previous`. */
  async #forgetOld(uid: string, name: string): Promise<void> {
    const { memory, runtime } = this.#options;
    for (const old of memory.containersOf(uid, name).slice(0, -2)) {
      await runtime.removeContainer(old.id);
      memory.forgetContainer(old);
    }
  }

  #tell(
    pod: Pod,
    container: string,
    type: "Normal" | "Warning",
    what: { readonly reason: string; readonly message: string },
  ): void {
    const isInit = pod.spec.initContainers?.some(({ name }) => name === container) ?? false;
    const field = `spec.${isInit ? "initContainers" : "containers"}{${container}}`;
    this.#options.recorder.record(referenceTo(pods, pod, field), type, what);
  }
}

interface Stopping {
  readonly because: StopReason;
  readonly graceSeconds: number;
  readonly signal: AbortSignal;
}

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

const fired = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

function containerNamed(pod: Pod, name: string): Container {
  const found = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].find(
    (container) => container.name === name,
  );
  if (found === undefined) throw new RangeError(`pod ${pod.metadata.name} has no container ${name}`);
  return found;
}
