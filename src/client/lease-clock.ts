/** Where who holds a Lease has its time from. */
export interface LeaseClock {
  /** Milliseconds that only go forward, also while this process is stopped. */
  readonly elapsedMs: () => number;
  /** Milliseconds since 1970, for the times that people read. */
  readonly now: () => number;
  /** Calls back after that time; what it gives calls it off. */
  readonly after: (ms: number, call: () => void) => () => void;
}

export const machineClock: LeaseClock = {
  elapsedMs: () => performance.now(),
  now: Date.now,
  after(ms, call) {
    const timer = setTimeout(call, ms).unref();
    return () => clearTimeout(timer);
  },
};
