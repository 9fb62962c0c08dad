/** How long to wait after failures, so that a thousand clients don't come back in the same moment. */
export interface Backoff {
  readonly firstSeconds: number;
  readonly longestSeconds: number;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** Doubles with every failure in a row; between half of it and all of it, by chance. */
export function backoffSeconds({ firstSeconds, longestSeconds, random }: Backoff, failures: number): number {
  const whole = Math.min(longestSeconds, firstSeconds * 2 ** Math.min(30, failures - 1));
  return whole * (0.5 + 0.5 * random());
}
