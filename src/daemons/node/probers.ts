import type { Container } from "#api/core/pod/container.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { type EventRecorder, referenceTo } from "#client/events.ts";
import type { ProcessRuntime } from "#os/process-runtime/runtime.ts";
import { hookAddress, runToEnd } from "./hooks.ts";
import type { PodMemory } from "./pod-memory.ts";
import type { Outcome } from "./probe.ts";
import { hasProbes, Prober } from "./prober.ts";

export interface ProbersOptions {
  readonly memory: PodMemory;
  readonly runtime: ProcessRuntime;
  readonly recorder: EventRecorder;
  readonly nodeAddresses: readonly string[];
  readonly changed: (uid: string) => void;
}

/** A prober for every run of a container that asks for one. */
export class Probers {
  readonly #options: ProbersOptions;
  /** By pod, then by container. */
  readonly #running = new Map<string, Map<string, { readonly attempt: number; readonly prober: Prober }>>();

  constructor(options: ProbersOptions) {
    this.#options = options;
  }

  /** Starts and stops probers as the pod's containers run; a pod that is going is no longer probed. */
  follow(pod: Pod): void {
    const { uid } = pod.metadata;
    const wanted = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].filter(hasProbes);
    const ofPod = this.#running.get(uid) ?? new Map<string, { readonly attempt: number; readonly prober: Prober }>();
    if (wanted.length > 0) this.#running.set(uid, ofPod);
    for (const container of wanted) {
      const run = this.#options.memory.containersOf(uid, container.name).at(-1);
      const attempt =
        run?.state.kind === "running" && pod.metadata.deletionTimestamp === undefined ? run.attempt : undefined;
      const known = ofPod.get(container.name);
      if (known?.attempt === attempt) continue;
      known?.prober.stop();
      ofPod.delete(container.name);
      if (known !== undefined)
        this.#verdict(uid, container.name, { startup: undefined, readiness: undefined, liveness: undefined });
      if (run !== undefined && attempt !== undefined)
        ofPod.set(container.name, { attempt, prober: this.#start(pod, container, run.id) });
    }
  }

  forget(uid: string): void {
    for (const { prober } of this.#running.get(uid)?.values() ?? []) prober.stop();
    this.#running.delete(uid);
  }

  stop(): void {
    for (const uid of [...this.#running.keys()]) this.forget(uid);
  }

  #start(pod: Pod, container: Container, id: string): Prober {
    const { memory, runtime, recorder, nodeAddresses } = this.#options;
    const { uid } = pod.metadata;
    const address = hookAddress(pod, memory.sandboxOf(uid)?.addresses ?? [], nodeAddresses);
    const about = referenceTo(pods, pod, `spec.containers{${container.name}}`);
    const title = { startup: "Startup", readiness: "Readiness", liveness: "Liveness" };
    return new Prober(
      { container, address, exec: (command, signal) => runToEnd((argv) => runtime.exec(id, argv), command, signal) },
      {
        verdict: (probed) => this.#verdict(uid, container.name, probed),
        failed: (kind, { output }: Outcome) =>
          recorder.record(about, "Warning", { reason: "Unhealthy", message: `${title[kind]} probe failed: ${output}` }),
      },
    );
  }

  #verdict(uid: string, container: string, probed: Parameters<PodMemory["probed"]>[2]): void {
    this.#options.memory.probed(uid, container, probed);
    this.#options.changed(uid);
  }
}
