import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Container } from "#api/core/pod/container.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { type EventRecorder, referenceTo } from "#client/events.ts";
import { type ResourceClient, refusedFor } from "#client/resource.ts";
import type { Refusal } from "#core/pods/observed.ts";
import { podAddress } from "#core/pods/pod-addresses.ts";
import { refused } from "#core/pods/refusals.ts";
import type { Step } from "#core/pods/steps.ts";
import type { Cidr } from "#net/cidr.ts";
import { type Ip, parseIp } from "#net/ip.ts";
import { mountsOf, unmount } from "#os/mounts.ts";
import { CannotRun } from "#os/process-runtime/plan.ts";
import type { ProcessRuntime, Container as RuntimeContainer } from "#os/process-runtime/runtime.ts";
import { CommandFailed } from "#os/spawn.ts";
import { hookAddress, runHook } from "./hooks.ts";
import type { PodMemory } from "./pod-memory.ts";
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

/** Carries out steps of pods: the hands of the node. */
export class Operations {
  readonly #options: OperationOptions;
  readonly #reserved = new Set<string>();
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
        return this.#start(pod, step);
      case "stop":
        return this.#stop(pod, step, signal);
      case "removeSandbox":
        await this.#options.runtime.removeSandbox(pod.metadata.uid);
        this.#options.memory.forget(pod.metadata.uid);
        return undefined;
      case "confirmDeletion":
        return this.#confirmDeletion(pod);
    }
  }

  /** Everything of a pod that the API no longer has. */
  async purge(uid: string): Promise<void> {
    const { runtime, memory, facts } = this.#options;
    await runtime.removeSandbox(uid);
    const volumes = volumesOf(facts.volumesFolder, uid);
    const mounts = (await mountsOf()).filter(({ at }) => at.startsWith(`${volumes}/`));
    await unmount(mounts.map(({ at }) => at));
    await rm(volumes, { recursive: true, force: true });
    memory.forget(uid);
  }

  async refreshVolumes(pod: Pod): Promise<void> {
    const { references, facts } = this.#options;
    await makeVolumes(pod, await references.of(pod), facts);
  }

  async #createSandbox(pod: Pod): Promise<undefined> {
    const { runtime, memory, recorder } = this.#options;
    const { uid } = pod.metadata;
    await runtime.removeSandbox(uid); // what a reboot or an unfinished start left
    memory.forget(uid);
    const address = pod.spec.hostNetwork === true ? undefined : this.#reserve(pod);
    try {
      memory.sandboxMade(await runtime.createSandbox(sandboxPlan(pod, address)));
    } catch (fault) {
      if (fault instanceof CommandFailed) {
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

  async #start(pod: Pod, { container: name, attempt }: Step & { readonly do: "start" }): Promise<void> {
    const { memory, references, facts, runtime } = this.#options;
    const { uid } = pod.metadata;
    const container = containerNamed(pod, name);
    const addresses = memory.sandboxOf(uid)?.addresses ?? [];
    try {
      const plan = await prepareContainer(
        pod,
        { container, attempt, addresses, sources: await references.of(pod) },
        facts,
      );
      if ("reason" in plan) return this.#refused(pod, container, plan);
      memory.refuse(uid, name, undefined);
      this.#tell(pod, name, "Normal", { reason: "Created", message: `Created container: ${name}` });
      const started = await runtime.startContainer(plan);
      memory.note(started);
      this.#tell(pod, name, "Normal", { reason: "Started", message: `Started container ${name}` });
      await this.#postStart(pod, container, started);
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

  async #postStart(pod: Pod, container: Container, started: RuntimeContainer): Promise<void> {
    const hook = container.lifecycle?.postStart;
    if (hook === undefined) return;
    const { runtime } = this.#options;
    const failed = await runHook(hook, {
      container,
      address: this.#addressOf(pod),
      exec: (argv) => runtime.exec(started.id, argv),
    });
    if (failed === undefined) return;
    this.#tell(pod, container.name, "Warning", {
      reason: "FailedPostStartHook",
      message: `PostStartHook failed: ${failed}`,
    });
    await runtime.stopContainer(started.id, pod.spec.terminationGracePeriodSeconds);
  }

  async #stop(pod: Pod, step: Step & { readonly do: "stop" }, signal: AbortSignal): Promise<undefined> {
    const { runtime, memory } = this.#options;
    const { container: name, because, graceSeconds } = step;
    const running = memory.containersOf(pod.metadata.uid, name).findLast(({ state }) => state.kind !== "ended");
    if (running === undefined) return undefined;
    const why = {
      LivenessFailed: " failed liveness probe, will be restarted",
      StartupFailed: " failed startup probe, will be restarted",
    };
    const message =
      because === "LivenessFailed" || because === "StartupFailed"
        ? `Container ${name}${why[because]}`
        : `Stopping container ${name}`;
    this.#tell(pod, name, "Normal", { reason: "Killing", message });
    const until = performance.now() + graceSeconds * 1000;
    const hook = containerNamed(pod, name).lifecycle?.preStop;
    if (because === "PodDeleted" && graceSeconds > 0) await sleep(leavingMs, undefined, { signal });
    if (hook !== undefined && graceSeconds > 0) {
      const target = {
        container: containerNamed(pod, name),
        address: this.#addressOf(pod),
        exec: (argv: readonly string[]) => runtime.exec(running.id, argv),
      };
      const failed = await Promise.race([
        runHook(hook, target),
        sleep(graceSeconds * 1000, "grace period is over", { signal, ref: false }),
      ]);
      if (failed !== undefined)
        this.#tell(pod, name, "Warning", { reason: "FailedPreStopHook", message: `PreStopHook failed: ${failed}` });
    }
    await runtime.stopContainer(running.id, Math.max(0, (until - performance.now()) / 1000));
    return undefined;
  }

  #addressOf(pod: Pod): string {
    return hookAddress(
      pod,
      this.#options.memory.sandboxOf(pod.metadata.uid)?.addresses ?? [],
      this.#options.facts.node.addresses,
    );
  }

  async #confirmDeletion({ metadata }: Pod): Promise<undefined> {
    try {
      await this.#options.client.delete(metadata.namespace, metadata.name, {
        gracePeriodSeconds: 0,
        preconditions: { uid: metadata.uid },
      });
    } catch (fault) {
      if (!refusedFor(fault, "NotFound", "Conflict")) throw fault;
    }
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

function containerNamed(pod: Pod, name: string): Container {
  const found = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].find(
    (container) => container.name === name,
  );
  if (found === undefined) throw new RangeError(`pod ${pod.metadata.name} has no container ${name}`);
  return found;
}
