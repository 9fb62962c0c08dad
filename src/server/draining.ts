import type { ServerMetrics } from "./metrics/metrics.ts";

/** The end of a server's work. */
export interface Draining {
  readonly hasBegun: () => boolean;
  /** Resolves when what is being worked on has been answered, or has taken too long. */
  readonly drain: () => Promise<void>;
}

/** How long a request that is being worked on may hold up the end, and how often it is looked, in milliseconds. */
const patienceMs = 2000;
const lookEveryMs = 5;

export function drainingOf(metrics: ServerMetrics): Draining {
  let hasBegun = false;
  return {
    hasBegun: () => hasBegun,
    async drain() {
      hasBegun = true;
      const until = performance.now() + patienceMs;
      while (metrics.inFlight > 0 && performance.now() < until)
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    },
  };
}
