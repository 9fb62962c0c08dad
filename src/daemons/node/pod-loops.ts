import { isDeepStrictEqual } from "node:util";
import type { PodCondition, PodStatus } from "#api/core/pod/status.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { type EventRecorder, referenceTo } from "#client/events.ts";
import { type Index, type Informer, keyOf, placeOf } from "#client/informer.ts";
import { type ResourceClient, refusedFor } from "#client/resource.ts";
import { podTitle } from "#core/pods/container-status.ts";
import { podStatus } from "#core/pods/pod-status.ts";
import { planPod, type Step } from "#core/pods/steps.ts";
import { type Again, changesOf, type Failure, type Loop, loop } from "../loop.ts";
import type { Operations } from "./operations.ts";
import type { PodMemory } from "./pod-memory.ts";
import type { PodTokens } from "./pod-tokens.ts";
import type { Probers } from "./probers.ts";
import type { References } from "./references.ts";

export interface PodLoopsOptions {
  /** This node's pods. */
  readonly informer: Informer<Pod>;
  readonly client: ResourceClient<Pod, never>;
  readonly memory: PodMemory;
  readonly operations: Operations;
  readonly probers: Probers;
  readonly references: References;
  readonly tokens: PodTokens;
  readonly recorder: EventRecorder;
  readonly hostAddresses: readonly string[];
  readonly failed: (failure: Failure) => void;
}

const backoff = { firstSeconds: 0.1, longestSeconds: 10, random: Math.random };

/**
 * Two loops. `pods` watches: it writes each pod's status and asks for the steps that are due. `operations` acts: one step of one
 * container at a time, however long it takes, planned afresh when its turn comes.
 */
export class PodLoops {
  readonly #options: PodLoopsOptions;
  readonly #byUid: Index<Pod>;
  readonly #pods: Loop;
  readonly #operations: Loop;
  /** By uid, pods of which it is written how they ended: only then may go what that is known from. */
  readonly #ended = new Set<string>();
  /** How many operations on containers and volumes are under way for each pod, by uid. */
  readonly #underWay = new Map<string, number>();

  constructor(options: PodLoopsOptions) {
    this.#options = options;
    const { informer, failed } = options;
    this.#byUid = informer.index(({ metadata }) => [metadata.uid]);
    this.#operations = loop<Operation>({
      name: "pod-operations",
      sources: [],
      plan: (key) => this.#planOperation(key),
      apply: (operation, _, signal) => this.#operate(operation, signal),
      parallel: 64,
      backoff,
      failed,
    });
    this.#pods = loop<PodWork>({
      name: "pods",
      sources: [changesOf(informer, (pod) => [keyOf(pod)])],
      plan: (key) => this.#planPod(key),
      apply: (work) => this.#applyPod(work),
      parallel: 64,
      backoff,
      failed,
    });
  }

  /** Something that concerns the pod has changed on this node. */
  changed(uid: string): void {
    if (!this.#options.informer.hasSynced()) return; // until then no pod is known, and none may be taken for deleted
    for (const pod of this.#byUid(uid)) this.#pods.enqueue(keyOf(pod));
    if (this.#byUid(uid).length === 0) this.#purge(uid);
  }

  /** What the pod with this key names has changed. */
  referencesChanged(key: string): void {
    const { namespace, name } = placeOf(key);
    const uid = this.#options.informer.get(namespace, name)?.metadata.uid;
    if (uid === undefined) return;
    this.#options.memory.tryAgain(uid);
    this.#operations.enqueue(operationKey(uid, volumesOnly));
    this.#pods.enqueue(key);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#pods.stop(), this.#operations.stop()]);
  }

  #planPod(key: string): PodWork {
    const { informer, memory, tokens, hostAddresses } = this.#options;
    const { namespace, name } = placeOf(key);
    const pod = informer.get(namespace, name);
    const others = memory.uidsOf(key).filter((uid) => uid !== pod?.metadata.uid);
    if (pod === undefined) return { kind: "gone", key, uids: others };
    const now = Date.now();
    const observed = memory.observed(pod);
    const { steps, wakeAt } = planPod(pod, observed, now);
    const isAtWork = this.#underWay.has(pod.metadata.uid);
    // Who starts a container asks for its tokens.
    const tokensAt = observed.runs.some(({ end }) => end === undefined) ? tokens.dueAt(pod) : undefined;
    const isDue = tokensAt !== undefined && tokensAt <= now;
    return {
      kind: "pod",
      key,
      pod,
      uids: others,
      status: podStatus(pod, observed, { hostAddresses, now, isAtWork }),
      // Who is at work asks for the pod again; how it ends is only known, and written, then.
      steps: isAtWork ? steps.filter((step) => !takesSandbox(step)) : steps,
      tokensAreDue: isDue,
      wakeAt: earlier(wakeAt, isDue ? undefined : tokensAt),
    };
  }

  async #applyPod(work: PodWork): Promise<Again | undefined> {
    for (const uid of work.uids) this.#purge(uid);
    if (work.kind === "gone") {
      this.#options.references.release(work.key);
      return undefined;
    }
    const { pod, key, status, steps, wakeAt } = work;
    this.#options.memory.named(pod.metadata.uid, key);
    this.#options.references.follow(key, pod);
    this.#options.probers.follow(pod);
    if (work.tokensAreDue) this.#operations.enqueue(operationKey(pod.metadata.uid, volumesOnly));
    for (const step of steps) if (!takesSandbox(step)) this.#ask(pod, step);
    await this.#writeStatus(pod, status);
    for (const step of steps.filter(takesSandbox)) {
      this.#ended.add(pod.metadata.uid);
      this.#ask(pod, step);
    }
    return wakeAt === undefined ? undefined : { againSeconds: Math.max(0, wakeAt - Date.now()) / 1000 };
  }

  #ask({ metadata: { uid } }: Pod, step: Step): void {
    if (step.do === "stop") this.#options.operations.hurry(uid, step.container, step.graceSeconds);
    this.#operations.enqueue(operationKey(uid, containerOf(step)));
  }

  #purge(uid: string): void {
    const { memory, operations } = this.#options;
    for (const container of memory.containerNamesOf(uid)) operations.hurry(uid, container, 0);
    this.#operations.enqueue(operationKey(uid, wholePod));
  }

  async #writeStatus(pod: Pod, status: PodStatus): Promise<void> {
    const { memory, client } = this.#options;
    const { uid, namespace, name } = pod.metadata;
    const text = JSON.stringify(status);
    if (isDeepStrictEqual(status, pod.status) || memory.hasWritten(pod, text)) return;
    try {
      const written = await client.patch(namespace, name, {
        type: "strategic",
        subresource: "status",
        body: { metadata: { uid }, status: { ...status, conditions: status.conditions?.map(wholly) } },
      });
      memory.statusWritten(written, text);
    } catch (fault) {
      if (!refusedFor(fault, "NotFound", "Conflict")) throw fault;
    }
    this.#tellBackOff(pod, status);
  }

  #tellBackOff(pod: Pod, { initContainerStatuses = [], containerStatuses = [] }: PodStatus): void {
    for (const { name, state } of [...initContainerStatuses, ...containerStatuses]) {
      if (state.waiting?.reason !== "CrashLoopBackOff") continue;
      const about = referenceTo(pods, pod, `spec.containers{${name}}`);
      const message = `Back-off restarting failed container ${name} in pod ${podTitle(pod)}`;
      this.#options.recorder.record(about, "Warning", { reason: "BackOff", message });
    }
  }

  #planOperation(key: string): Operation | undefined {
    const [uid = "", container = ""] = key.split(" ");
    const [pod] = this.#byUid(uid);
    // What concerns the whole pod waits for what concerns its parts, and is asked for again by the last of them.
    if (container === wholePod && this.#underWay.has(uid)) return undefined;
    if (pod === undefined) return container === wholePod ? { kind: "purge", uid } : undefined;
    if (container === volumesOnly) return { kind: "volumes", pod };
    const { steps } = planPod(pod, this.#options.memory.observed(pod), Date.now());
    const step = steps.find((one) => containerOf(one) === container);
    if (step !== undefined && takesSandbox(step) && !this.#ended.has(uid)) return undefined;
    return step === undefined ? undefined : { kind: "step", pod, step };
  }

  async #operate(operation: Operation, signal: AbortSignal): Promise<Again | undefined> {
    const { operations, probers } = this.#options;
    switch (operation.kind) {
      case "purge":
        probers.forget(operation.uid);
        this.#ended.delete(operation.uid);
        await operations.purge(operation.uid);
        return undefined;
      case "volumes":
        await this.#besideOthers(operation.pod, () => operations.refreshVolumes(operation.pod));
        this.changed(operation.pod.metadata.uid);
        return undefined;
      case "step": {
        const { pod, step } = operation;
        const carryOut = () => operations.carryOut(pod, step, signal);
        // Where it throws nothing has changed, and it comes again after its pause.
        await (containerOf(step) === wholePod ? carryOut() : this.#besideOthers(pod, carryOut));
        this.changed(pod.metadata.uid);
        return undefined;
      }
    }
  }

  async #besideOthers({ metadata: { uid } }: Pod, work: () => Promise<void>): Promise<void> {
    this.#underWay.set(uid, (this.#underWay.get(uid) ?? 0) + 1);
    try {
      await work();
    } finally {
      const others = (this.#underWay.get(uid) ?? 1) - 1;
      if (others > 0) this.#underWay.set(uid, others);
      else {
        this.#underWay.delete(uid);
        this.#operations.enqueue(operationKey(uid, wholePod));
        this.changed(uid); // how it has ended was not told as long as this could have changed it
      }
    }
  }
}

/** A strategic merge keeps what isn't named: a condition that is true again must lose the reason why it wasn't. */
const wholly = (condition: PodCondition) => ({ reason: null, message: null, ...condition });

type PodWork =
  | { readonly kind: "gone"; readonly key: string; readonly uids: readonly string[] }
  | {
      readonly kind: "pod";
      readonly key: string;
      readonly pod: Pod;
      /** Earlier pods of that name which still have something here. */
      readonly uids: readonly string[];
      readonly status: PodStatus;
      readonly steps: readonly Step[];
      /** Those in its volumes are old, or not known to an agent that has just started. */
      readonly tokensAreDue: boolean;
      readonly wakeAt: number | undefined;
    };

type Operation =
  | { readonly kind: "step"; readonly pod: Pod; readonly step: Step }
  | { readonly kind: "volumes"; readonly pod: Pod }
  /** The API no longer has the pod. */
  | { readonly kind: "purge"; readonly uid: string };

const earlier = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);

const wholePod = "";
const volumesOnly = "*";
const takesSandbox = (step: Step): boolean => step.do === "stopSandbox" || step.do === "removeSandbox";
/** The container that a step is about. */
const containerOf = (step: Step): string => ("container" in step ? step.container : wholePod);
const operationKey = (uid: string, container: string): string => `${uid} ${container}`;
