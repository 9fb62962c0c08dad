/** Timers can't count further than some weeks. Milliseconds. */
const longestMs = 2 ** 31 - 1;

/** The time that a container is left to end by itself. It may become shorter while it runs, never longer. */
export class Grace {
  readonly #over = new AbortController();
  #untilMs = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  #wasCut = false;

  constructor(seconds: number) {
    this.#setTo(seconds);
  }

  /** Whether it has become shorter than it was at first. */
  get wasCut(): boolean {
    return this.#wasCut;
  }

  /** Fires when nothing is left of it. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  get secondsLeft(): number {
    return Math.max(0, (this.#untilMs - performance.now()) / 1000);
  }

  /** From now on so much is left at most. */
  shorten(seconds: number): void {
    if (performance.now() + seconds * 1000 >= this.#untilMs) return;
    this.#wasCut = true;
    this.#setTo(seconds);
  }

  /** Nobody waits for it any more. */
  release(): void {
    clearTimeout(this.#timer);
  }

  #setTo(seconds: number): void {
    this.#untilMs = performance.now() + seconds * 1000;
    clearTimeout(this.#timer);
    if (seconds <= 0) this.#over.abort();
    else this.#timer = setTimeout(() => this.#over.abort(), Math.min(seconds * 1000, longestMs)).unref();
  }
}
