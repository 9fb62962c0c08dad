/** How long a node has not been heard of. */
export interface Silence {
  /** What changes whenever the node is heard of. */
  readonly sign: string;
  readonly heardAtMs: number;
  /** When the grace period was first seen to be over. */
  readonly suspectedAtMs: number | undefined;
  readonly isSilent: boolean;
  /** When to look again. */
  readonly againSeconds: number;
}

/** A suspicion is held back so long. */
const confirmSeconds = 2;

/**
 * A process that was stopped itself (a laptop that slept, SIGSTOP) has heard of nobody either: so a silence counts only when it lasts
 * through a further pause that was as long as it should be.
 */
export function silenceOf(
  before: Silence | undefined,
  { sign, atMs, graceSeconds }: { readonly sign: string; readonly atMs: number; readonly graceSeconds: number },
): Silence {
  if (before === undefined || before.sign !== sign)
    return { sign, heardAtMs: atMs, suspectedAtMs: undefined, isSilent: false, againSeconds: graceSeconds };
  const restSeconds = graceSeconds - confirmSeconds - (atMs - before.heardAtMs) / 1000;
  if (before.isSilent) return { ...before, againSeconds: graceSeconds };
  if (restSeconds > 0) return { ...before, againSeconds: restSeconds };
  const suspected = before.suspectedAtMs === undefined ? undefined : (atMs - before.suspectedAtMs) / 1000;
  if (suspected === undefined || suspected > 2 * confirmSeconds)
    return { ...before, suspectedAtMs: atMs, againSeconds: confirmSeconds };
  if (suspected < confirmSeconds) return { ...before, againSeconds: confirmSeconds - suspected };
  return { ...before, isSilent: true, againSeconds: graceSeconds };
}
