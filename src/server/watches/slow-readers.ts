import { type Outlet, whenClosed } from "../exchange.ts";

export interface WaitingLimits {
  /** Bytes that may wait for one reader. */
  readonly ofOne: number;
  /** Bytes that may wait for all readers together. */
  readonly ofAll: number;
  /** How long one whose budget is gone may go on reading what waits for it, in milliseconds. */
  readonly endingMs: number;
}

interface Reader {
  readonly outlet: Outlet;
  readonly tooSlow: () => void;
}

/**
 * Keeps those who don't read what they watch from filling the memory: each has a budget, and all of them have one together. Nobody waits
 * for anybody, other than in Kubernetes, where all who watch a kind share the time that is spent on the slow (cacher.go, dispatchEvents).
 */
export class SlowReaders {
  readonly #limits: WaitingLimits;
  readonly #readers = new Set<Reader>();
  /** What waited for all of them when that was last counted, and what was written since. */
  #waited = 0;
  #written = 0;
  #isDue = false;

  constructor(limits: WaitingLimits) {
    this.#limits = limits;
  }

  /** The outlet within its budget. `tooSlow` is called where that is gone: the reader goes on with a new watch where this one stopped. */
  bounded(outlet: Outlet, tooSlow: () => void): Outlet {
    const reader = { outlet, tooSlow };
    this.#readers.add(reader);
    whenClosed(outlet, () => this.#readers.delete(reader));
    let hasEnded = false;
    const write = (chunk: Uint8Array): number => {
      if (hasEnded) return 0;
      const waiting = outlet.write(chunk);
      this.#wrote(chunk.length);
      hasEnded = waiting > this.#limits.ofOne;
      if (hasEnded) this.#end(reader);
      return waiting;
    };
    return { ...outlet, write };
  }

  /** What waits may have been written in this very turn, to one who reads: that reader shall have it. */
  #end({ outlet, tooSlow }: Reader): void {
    tooSlow();
    outlet.end();
    const ending = setTimeout(outlet.cut, this.#limits.endingMs).unref();
    whenClosed(outlet, () => clearTimeout(ending));
  }

  /** Counts when the turn is over, in which those who read get theirs. */
  #wrote(bytes: number): void {
    this.#written += bytes;
    if (this.#isDue || this.#waited + this.#written <= this.#limits.ofAll) return;
    this.#isDue = true;
    setImmediate(() => this.#count());
  }

  #count(): void {
    const readers = [...this.#readers].map((reader) => ({ ...reader, bytes: reader.outlet.waiting() }));
    this.#isDue = false;
    this.#written = 0;
    this.#waited = readers.reduce((sum, { bytes }) => sum + bytes, 0);
    if (this.#waited > this.#limits.ofAll) this.#makeRoom(readers);
  }

  /** More than is needed at once, or the next event would cost somebody the watch again. */
  #makeRoom(readers: readonly (Reader & { readonly bytes: number })[]): void {
    for (const { outlet, tooSlow, bytes } of readers.toSorted((a, b) => b.bytes - a.bytes)) {
      if (this.#waited <= this.#limits.ofAll * (3 / 4)) return;
      this.#waited -= bytes;
      tooSlow();
      outlet.cut();
    }
  }
}
