import { setTimeout as sleep } from "node:timers/promises";
import type { Container } from "#api/core/pod/container.ts";
import type { Probe } from "#api/core/pod/probe.ts";
import type { Probed } from "#core/pods/observed.ts";
import { isEarly, type ProbeKind, pauseMs, type Tally, tally, untried } from "#core/pods/probing.ts";
import { type Outcome, probeOnce, type Target } from "./probe.ts";

const kinds: readonly ProbeKind[] = ["startup", "readiness", "liveness"];

export interface ProberOptions {
  /** An earlier agent has seen that this run has started: its startup probe is over. */
  readonly hasStarted: boolean;
  /** A verdict has changed. */
  readonly verdict: (probed: Probed) => void;
  /** A probe failed; for the event. */
  readonly failed: (kind: ProbeKind, outcome: Outcome) => void;
}

/** Probes one run of a container until it is stopped. Startup comes first; the others wait until it has passed. */
export class Prober {
  readonly #target: Target;
  readonly #options: ProberOptions;
  readonly #stopped = new AbortController();
  readonly #leaving = new AbortController();
  #probed: Probed = { startup: undefined, readiness: undefined, liveness: undefined };

  constructor(target: Target, options: ProberOptions) {
    this.#target = target;
    this.#options = options;
    const { startupProbe } = target.container;
    if (startupProbe === undefined || options.hasStarted) this.#others();
    else this.#watch("startup", startupProbe);
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** From now on nobody asks whether it has started or lives. Source: the kubelet's StopLivenessAndStartup. */
  onlyReadiness(): void {
    this.#leaving.abort();
  }

  #others(): void {
    for (const kind of ["readiness", "liveness"] as const) {
      const probe = probeOf(this.#target.container, kind);
      if (probe !== undefined) this.#watch(kind, probe);
    }
  }

  #watch(kind: ProbeKind, probe: Probe): void {
    const { signal } = this.#stopped;
    const end = kind === "readiness" ? signal : AbortSignal.any([signal, this.#leaving.signal]);
    this.#repeat(kind, probe, end).catch((fault: unknown) => {
      if (!end.aborted) throw fault;
    });
  }

  async #repeat(kind: ProbeKind, probe: Probe, signal: AbortSignal): Promise<void> {
    await sleep((probe.initialDelaySeconds ?? 0) * 1000, undefined, { signal, ref: false });
    for (let state = untried; !signal.aborted; ) {
      const outcome = await probeOnce(probe, this.#target, signal);
      if (signal.aborted) return;
      if (!outcome.passed && !isEarly(kind, state)) this.#options.failed(kind, outcome);
      state = this.#note(kind, state, tally(state, outcome.passed, probe));
      if (kind === "startup" && state.verdict === true) return this.#others();
      await sleep(pauseMs(kind, state, probe), undefined, { signal, ref: false });
    }
  }

  #note(kind: ProbeKind, before: Tally, after: Tally): Tally {
    if (before.verdict !== after.verdict) {
      this.#probed = { ...this.#probed, [kind]: after.verdict };
      this.#options.verdict(this.#probed);
    }
    return after;
  }
}

const probeOf = (container: Container, kind: ProbeKind): Probe | undefined =>
  ({ startup: container.startupProbe, readiness: container.readinessProbe, liveness: container.livenessProbe })[kind];

export const hasProbes = (container: Container): boolean =>
  kinds.some((kind) => probeOf(container, kind) !== undefined);
