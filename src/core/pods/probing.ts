import type { Probe } from "#api/core/pod/probe.ts";

export type ProbeKind = "startup" | "readiness" | "liveness";

/** What a row of probe results amounts to: a verdict changes only after its threshold of equal results. */
export interface Tally {
  readonly verdict: boolean | undefined;
  readonly last: boolean | undefined;
  readonly inARow: number;
}
export const untried: Tally = { verdict: undefined, last: undefined, inARow: 0 };

/** Source: core/v1 Probe successThreshold and failureThreshold; the kubelet's prober worker. */
export function tally({ verdict, last, inARow }: Tally, passed: boolean, probe: Probe): Tally {
  const row = last === passed ? inARow + 1 : 1;
  const needed = passed ? probe.successThreshold : probe.failureThreshold;
  return { verdict: row >= needed ? passed : verdict, last: passed, inARow: row };
}

/** The first readiness probes follow each other quickly, so that a container takes part as soon as it can. */
const earlyProbes = 6;
const earlyPauseMs = 50;

/** Whether it is one of those first probes: that they fail is no news. */
export const isEarly = (kind: ProbeKind, { verdict, inARow }: Tally): boolean =>
  kind === "readiness" && verdict !== true && inARow <= earlyProbes;

/** How long to wait before the next probe. */
export function pauseMs(kind: ProbeKind, state: Tally, { periodSeconds }: Probe): number {
  const usual = periodSeconds * 1000;
  return isEarly(kind, state) ? Math.min(earlyPauseMs * 2 ** state.inARow, usual) : usual;
}
