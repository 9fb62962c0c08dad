/** Something that must not stand still for ever. */
export interface Timed {
  /** On the clock of `Deadlines`; Infinity: it may. */
  readonly deadline: number;
  readonly overdue: () => void;
}

const tickMs = 100;

/**
 * One timer for all connections: each says until when it may stand still, which costs an assignment. Times are in milliseconds and as
 * exact as a tick.
 */
export class Deadlines {
  now = performance.now();
  readonly #all = new Set<Timed>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#tick(), tickMs);
    this.#timer.unref();
  }

  add(timed: Timed): void {
    this.#all.add(timed);
  }

  remove(timed: Timed): void {
    this.#all.delete(timed);
  }

  inSeconds(seconds: number): number {
    return this.now + seconds * 1000;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.now = performance.now();
    for (const timed of this.#all) if (timed.deadline <= this.now) timed.overdue();
  }
}
