import type { Deployment } from "#api/apps/deployment.ts";
import type { IntOrString } from "#machinery/schema.ts";

/** How far a rolling update may stray from the wanted number of pods. */
export interface RolloutBounds {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** Percentages of surge round up and of unavailability down; both zero would never move, so one pod may then be missing. */
export function rolloutBounds({ spec }: Deployment): RolloutBounds {
  if (spec.strategy.type !== "RollingUpdate") return { maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge = "25%", maxUnavailable = "25%" } = spec.strategy.rollingUpdate ?? {};
  const surge = share(maxSurge, spec.replicas, Math.ceil);
  const missing = share(maxUnavailable, spec.replicas, Math.floor);
  if (surge === 0 && missing === 0) return { maxSurge: 0, maxUnavailable: Math.min(1, spec.replicas) };
  return { maxSurge: surge, maxUnavailable: Math.min(missing, spec.replicas) };
}

/** "25%" of `whole`, or the number itself. Validation has refused anything else. */
function share(value: IntOrString, whole: number, round: (n: number) => number): number {
  if (typeof value === "number") return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  return percent === undefined ? 0 : round((Number(percent) * whole) / 100);
}
