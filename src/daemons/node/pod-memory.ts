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
    const known = this.#pods.get(sandbox);
    known?.containers.delete(id);
    known?.probes.delete(id);
  }

  /** Its namespaces are gone; what ran there is still known. */
  sandboxStopped(uid: string): void {
    const known = this.#pods.get(uid);
    if (known !== undefined) known.sandbox = undefined;
  }

  /** Its sandbox is gone, and all that ran there; the pod itself may go on. */
  emptied(uid: string): void {
    const known = this.#pods.get(uid);
    if (known === undefined) return;
    known.sandbox = undefined;
    for (const part of [known.containers, known.refusals, known.probes]) part.clear();
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

  /** What the probes of one run say: the next run begins without an opinion. */
  probed({ sandbox, id }: RuntimeContainer, probed: Probed): void {
    this.#pods.get(sandbox)?.probes.set(id, probed);
  }

  /** Whether this very status was written and nobody has changed the pod since: then it needn't be written again. */
  hasWritten({ metadata }: Pod, status: string): boolean {
    const last = this.#pods.get(metadata.uid)?.lastStatus;
    return last?.text === status && last.resourceVersion === metadata.resourceVersion;
  }
  statusWritten({ metadata }: Pod, text: string): void {
    const known = this.#pods.get(metadata.uid);
    if (known !== undefined) known.lastStatus = { text, resourceVersion: metadata.resourceVersion };
  }

  observed(pod: Pod): Observed {
    const known = this.#pods.get(pod.metadata.uid) ?? nothing;
    const containers = [...known.containers.values()].toSorted((a, b) => a.attempt - b.attempt);
    const latest = new Map(containers.map((container) => [container.name, container.id]));
    const runs = containers.map(runOf);
    return {
      sandbox: known.sandbox,
      runs: [...rememberedRuns(pod, runs), ...runs],
      refusals: known.refusals,
      probes: new Map([...latest].flatMap(([name, id]) => pairOf(name, known.probes.get(id)))),
    };
  }

  /** The attempts of one container, oldest first. */
  containersOf(uid: string, name: string): readonly RuntimeContainer[] {
    const all = [...(this.#pods.get(uid)?.containers.values() ?? [])];
    return all.filter((container) => container.name === name).toSorted((a, b) => a.attempt - b.attempt);
  }

  containerNamesOf(uid: string): ReadonlySet<string> {
    return new Set([...(this.#pods.get(uid)?.containers.values() ?? [])].map(({ name }) => name));
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

  /** `namespace/name` of the pods whose containers run, by the number of each container's first process. */
  podsByProcess(): ReadonlyMap<number, string> {
    return new Map(
      [...this.#pods.values()].flatMap(({ key, containers }) =>
        [...containers.values()].flatMap(({ state }) =>
          state.kind === "running" && key !== undefined ? [[state.process.pid, key] as const] : [],
        ),
      ),
    );
  }

  /** The addresses of every sandbox. */
  addresses(): ReadonlySet<string> {
    return new Set([...this.#pods.values()].flatMap(({ sandbox }) => sandbox?.addresses ?? []));
  }

  #of(uid: string): Known {
    const known = this.#pods.get(uid) ?? blank();
    this.#pods.set(uid, known);
    return known;
  }
}

interface Known {
  sandbox: Sandbox | undefined;
  readonly containers: Map<string, RuntimeContainer>;
  readonly refusals: Map<string, Held>;
  /** By the container's id. */
  readonly probes: Map<string, Probed>;
  lastStatus: { readonly text: string; readonly resourceVersion: string } | undefined;
  key: string | undefined;
}

const blank = (): Known => ({
  sandbox: undefined,
  containers: new Map(),
  refusals: new Map(),
  probes: new Map(),
  lastStatus: undefined,
  key: undefined,
});
const nothing = blank();

const pairOf = <V>(key: string, value: V | undefined): readonly (readonly [string, V])[] =>
  value === undefined ? [] : [[key, value]];

/** What the label of a container says that counts the restarts which led to it. */
export const restartsLabel = "restarts-in-a-row";

function runOf({ name, attempt, state, labels }: RuntimeContainer): Run {
  const run = { container: name, attempt, restartsInARow: Number(labels[restartsLabel] ?? attempt) };
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
