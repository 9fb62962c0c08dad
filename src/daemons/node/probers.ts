import type { Container } from "#api/core/pod/container.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { type EventRecorder, referenceTo } from "#client/events.ts";
import { writtenOf } from "#core/pods/written.ts";
import type { ProcessRuntime, Container as RuntimeContainer } from "#os/process-runtime/runtime.ts";
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
  readonly #running = new Map<string, Map<string, Probing>>();

  constructor(options: ProbersOptions) {
    this.#options = options;
  }

  /** Starts and stops probers as the pod's containers run. */
  follow(pod: Pod): void {
    const { uid } = pod.metadata;
    const wanted = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].filter(hasProbes);
    if (wanted.length === 0) return;
    const ofPod = this.#running.get(uid) ?? new Map<string, Probing>();
    this.#running.set(uid, ofPod);
    for (const container of wanted) {
      const last = this.#options.memory.containersOf(uid, container.name).at(-1);
      const run = last?.state.kind === "running" ? last : undefined;
      const known = ofPod.get(container.name);
      if (known?.id !== run?.id) {
        known?.prober.stop();
        ofPod.delete(container.name);
        if (run !== undefined) ofPod.set(container.name, { id: run.id, prober: this.#start(pod, container, run) });
      }
      // Who is going may still be ready, and is asked so until its end; whether it lives is no longer a question.
      if (pod.metadata.deletionTimestamp !== undefined) ofPod.get(container.name)?.prober.onlyReadiness();
    }
  }

  forget(uid: string): void {
    for (const { prober } of this.#running.get(uid)?.values() ?? []) prober.stop();
    this.#running.delete(uid);
  }

  stop(): void {
    for (const uid of [...this.#running.keys()]) this.forget(uid);
  }

  #start(pod: Pod, container: Container, run: RuntimeContainer): Prober {
    const { memory, runtime, recorder, nodeAddresses, changed } = this.#options;
    const { uid } = pod.metadata;
    const address = hookAddress(pod, memory.sandboxOf(uid)?.addresses ?? [], nodeAddresses);
    const about = referenceTo(pods, pod, `spec.containers{${container.name}}`);
    const title = { startup: "Startup", readiness: "Readiness", liveness: "Liveness" };
    return new Prober(
      {
        container,
        address,
        exec: (command, signal) => runToEnd((argv) => runtime.exec(run.id, argv), command, signal),
      },
      {
        hasStarted: writtenOf(pod, { container: run.name, attempt: run.attempt })?.started === true,
        verdict(probed) {
          memory.probed(run, probed);
          changed(uid);
        },
        failed: (kind, { output }: Outcome) =>
          recorder.record(about, "Warning", { reason: "Unhealthy", message: `${title[kind]} probe failed: ${output}` }),
      },
    );
  }
}

interface Probing {
  /** The run's. */
  readonly id: string;
  readonly prober: Prober;
}
