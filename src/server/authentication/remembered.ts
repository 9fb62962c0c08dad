import { createHash } from "node:crypto";

/** What is known of texts that must not be kept themselves: by their digests, and only of the last few. */
export class Remembered<T> {
  readonly #known = new Map<string, T>();
  readonly #most: number;
  constructor(most: number) {
    this.#most = most;
  }

  /** Asks `find` where nothing is known; what that doesn't find is asked for again. */
  async get(text: string, find: () => Promise<T | undefined>): Promise<T | undefined> {
    const key = createHash("sha256").update(text).digest("base64");
    const known = this.#known.get(key);
    const value = known ?? (await find());
    if (value === undefined) return undefined;
    this.#known.delete(key); // whoever was asked for last goes last
    this.#known.set(key, value);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.#most) break;
      this.#known.delete(oldest);
    }
    return value;
  }
}
