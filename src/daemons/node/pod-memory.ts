import type { Pod } from "#api/core/pod.ts";
import type { Held, Observed, Probed, Run } from "#core/pods/observed.ts";
import { rememberedRuns } from "#core/pods/remembered.ts";
import type { Container as RuntimeContainer, Sandbox } from "#os/process-runtime/runtime.ts";

/** What the node knows of the pods that it runs; read from the runtime's folders at the start, kept up to date from then on. */
export class PodMemory {
  readonly #pods = new Map<string, Known>();

  /** What a runtime found when it was opened. */
  adopt(sandbox: Sandbox): void {
    const known = this.#of(sandbox.id);
    known.sandbox = sandbox.ready ? sandbox : undefined;
    const { namespace = "", pod = "" } = sandbox.labels;
    known.key = `${namespace}/${pod}`;
    for (const container of sandbox.containers) this.note(container);
  }

  sandboxMade(sandbox: Sandbox): void {
    this.#of(sandbox.id).sandbox = sandbox;
  }

  note(container: RuntimeContainer): void {
    const { containers } = this.#of(container.sandbox);
    containers.set(container.id, container);
  }

  forgetContainer({ sandbox, id }: RuntimeContainer): void {
    this.#of(sandbox).containers.delete(id);
  }

  sandboxGone(uid: string): void {
    const known = this.#pods.get(uid);
    if (known !== undefined) known.sandbox = undefined;
  }

  forget(uid: string): void {
    this.#pods.delete(uid);
  }

  refuse(uid: string, container: string, refusal: Held | undefined): void {
    const { refusals } = this.#of(uid);
    if (refusal === undefined) refusals.delete(container);
    else refusals.set(container, refusal);
  }

  refusalOf(uid: string, container: string): Held | undefined {
    return this.#pods.get(uid)?.refusals.get(container);
  }

  /** Something that its containers may have waited for has changed. */
  tryAgain(uid: string): void {
    const refusals = this.#pods.get(uid)?.refusals;
    for (const [container, refusal] of refusals ?? []) refusals?.set(container, { ...refusal, againAt: 0 });
  }

  probed(uid: string, container: string, probed: Probed): void {
    this.#of(uid).probes.set(container, probed);
  }

  /** Whether this very status was written and nobody has changed the pod since: then it needn't be written again. */
  hasWritten({ metadata }: Pod, status: string): boolean {
    const last = this.#pods.get(metadata.uid)?.lastStatus;
    return last?.text === status && last.resourceVersion === metadata.resourceVersion;
  }
  statusWritten({ metadata }: Pod, text: string): void {
    this.#of(metadata.uid).lastStatus = { text, resourceVersion: metadata.resourceVersion };
  }

  observed(pod: Pod): Observed {
    const known = this.#of(pod.metadata.uid);
    const runs = [...known.containers.values()].map(runOf).toSorted((a, b) => a.attempt - b.attempt);
    return {
      sandbox: known.sandbox,
      runs: [...rememberedRuns(pod, runs), ...runs],
      refusals: known.refusals,
      probes: known.probes,
    };
  }

  /** The attempts of one container, oldest first. */
  containersOf(uid: string, name: string): readonly RuntimeContainer[] {
    const all = [...(this.#pods.get(uid)?.containers.values() ?? [])];
    return all.filter((container) => container.name === name).toSorted((a, b) => a.attempt - b.attempt);
  }

  sandboxOf(uid: string): Sandbox | undefined {
    return this.#pods.get(uid)?.sandbox;
  }

  /** The pod's "namespace/name", so that what is left of it can be found when the API has it no more. */
  named(uid: string, key: string): void {
    this.#of(uid).key = key;
  }
  uidsOf(key: string): readonly string[] {
    return [...this.#pods].flatMap(([uid, known]) => (known.key === key ? [uid] : []));
  }
  uids(): readonly string[] {
    return [...this.#pods.keys()];
  }

  /** The addresses of every sandbox. */
  addresses(): ReadonlySet<string> {
    return new Set([...this.#pods.values()].flatMap(({ sandbox }) => sandbox?.addresses ?? []));
  }

  #of(uid: string): Known {
    const known = this.#pods.get(uid) ?? {
      sandbox: undefined,
      containers: new Map(),
      refusals: new Map(),
      probes: new Map(),
      lastStatus: undefined,
      key: undefined,
    };
    this.#pods.set(uid, known);
    return known;
  }
}

interface Known {
  sandbox: Sandbox | undefined;
  readonly containers: Map<string, RuntimeContainer>;
  readonly refusals: Map<string, Held>;
  readonly probes: Map<string, Probed>;
  lastStatus: { readonly text: string; readonly resourceVersion: string } | undefined;
  key: string | undefined;
}

function runOf({ name, attempt, state }: RuntimeContainer): Run {
  const run = { container: name, attempt };
  switch (state.kind) {
    case "starting":
      return { ...run, startedAt: 0, end: undefined };
    case "running":
      return { ...run, startedAt: state.startedAt.getTime(), end: undefined };
    case "ended": {
      const { exitCode, reason, message } = state;
      const finishedAt = state.finishedAt.getTime();
      return {
        ...run,
        startedAt: state.startedAt?.getTime() ?? finishedAt,
        end: { exitCode, reason, message, finishedAt },
      };
    }
  }
}
