import type { Probe } from "#api/core/pod/probe.ts";

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
