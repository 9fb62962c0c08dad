import type { Pod } from "#api/core/pod.ts";
import type { ResourceClient } from "#client/resource.ts";
import type { Step } from "#core/pods/steps.ts";
import { unreachable } from "#core/unreachable.ts";
import type { Cidr } from "#net/cidr.ts";
import type { ProcessRuntime, Container as RuntimeContainer } from "#os/process-runtime/runtime.ts";
import { type HookTarget, hookAddress } from "./hooks.ts";
import type { Leave } from "./leaving.ts";
import { containerNamed } from "./pod-containers.ts";
import type { PodMemory } from "./pod-memory.ts";
import type { StarterFacts } from "./pod-starter.ts";
import type { PodTokens } from "./pod-tokens.ts";
import { PodVolumes } from "./pod-volumes.ts";
import type { PortClashes } from "./port-clashes.ts";
import type { References } from "./references.ts";
import type { Tell } from "./remarks.ts";
import { Sandboxes } from "./sandboxes.ts";
import { Starts } from "./starts.ts";
import { Stops } from "./stops.ts";

export interface OperationOptions {
  readonly runtime: ProcessRuntime;
  readonly memory: PodMemory;
  readonly references: References;
  readonly tokens: PodTokens;
  readonly client: ResourceClient<Pod, never>;
  readonly tell: Tell;
  readonly clashes: PortClashes;
  readonly facts: StarterFacts;
  /** The addresses of this node's pods, a block a family; it may take a while until the node has got them. */
  readonly podCidrs: () => Promise<readonly Cidr[]>;
  readonly leave: Leave;
}

/** Carries out steps of pods: the hands of the node. */
export class Operations {
  readonly #options: OperationOptions;
  readonly #sandboxes: Sandboxes;
  readonly #volumes: PodVolumes;
  readonly #starts: Starts;
  readonly #stops: Stops;

  constructor(options: OperationOptions) {
    this.#options = options;
    const shared = { ...options, hookTarget: hookTargets(options) };
    this.#sandboxes = new Sandboxes(shared);
    this.#volumes = new PodVolumes(options.facts, options.tokens);
    this.#stops = new Stops(shared);
    this.#starts = new Starts({ ...shared, volumes: this.#volumes, stops: this.#stops });
  }

  /** Throws what a retry may mend. */
  async carryOut(pod: Pod, step: Step, signal: AbortSignal): Promise<void> {
    const { uid } = pod.metadata;
    switch (step.do) {
      case "createSandbox":
        return this.#sandboxes.create(pod);
      case "start":
        return this.#starts.start(pod, step, signal);
      case "stop":
        return this.#stops.stop(pod, step, signal);
      case "stopSandbox":
        return this.#sandboxes.stop(uid);
      case "removeSandbox":
        return this.#sandboxes.remove(uid);
      case "confirmDeletion":
        return this.#confirmDeletion(pod);
      default:
        return unreachable(step);
    }
  }

  /** What is under way for a container ends in so many seconds at most. */
  hurry(uid: string, container: string, graceSeconds: number): void {
    this.#stops.hurry(uid, container, graceSeconds);
  }

  /** Everything of a pod that the API no longer has; nothing else of it may be under way. */
  async purge(uid: string): Promise<void> {
    await this.#sandboxes.remove(uid);
    await this.#volumes.remove(uid);
    this.#options.memory.forget(uid);
  }

  /** What the pod names has changed, or a token of its has grown old. */
  async refreshVolumes(pod: Pod): Promise<void> {
    await this.#volumes.refresh(pod, await this.#options.references.of(pod));
  }

  /** Who learns that the pod has gone already, or is another one, hears of it from its watch in a moment. */
  async #confirmDeletion({ metadata }: Pod): Promise<void> {
    await this.#options.client.delete(metadata.namespace, metadata.name, {
      gracePeriodSeconds: 0,
      preconditions: { uid: metadata.uid },
    });
  }
}

const hookTargets =
  ({ runtime, memory, facts }: OperationOptions) =>
  (pod: Pod, { id, name }: RuntimeContainer): HookTarget => ({
    container: containerNamed(pod, name),
    address: hookAddress(pod, memory.sandboxOf(pod.metadata.uid)?.addresses ?? [], facts.node.addresses),
    exec: (argv) => runtime.exec(id, argv),
  });
