import type { Identity } from "#core/access/identity.ts";
import { standingOf } from "#core/access/standing.ts";

/** What a request without a body to speak of counts as: it is held open all the same. */
const leastBytes = 4096;

/** Keeps one user's slow bodies from filling the memory. */
export class Bodies {
  readonly #mostBytes: number;
  readonly #byUser = new Map<string, number>();

  /** `mostBytes`: of one user's bodies that are being read; the system's are not counted. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Counts a body of at most so many bytes until what this gives is called; undefined where that would be too much. */
  enter(identity: Identity, bytes: number): (() => void) | undefined {
    const { user } = identity;
    if (standingOf(identity) === "system") return () => {};
    const size = Math.max(leastBytes, bytes);
    const total = (this.#byUser.get(user) ?? 0) + size;
    if (total > this.#mostBytes) return undefined;
    this.#byUser.set(user, total);
    return () => {
      const left = (this.#byUser.get(user) ?? 0) - size;
      if (left > 0) this.#byUser.set(user, left);
      else this.#byUser.delete(user);
    };
  }
}
