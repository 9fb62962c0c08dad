import { createHash } from "node:crypto";
import type { BasicAuthAsk } from "#core/routes/filters/filtered.ts";
import { verified } from "#core/routes/filters/passwords/verify.ts";
import type { Deadlines } from "./deadlines.ts";

interface Job {
  readonly ask: BasicAuthAsk;
  readonly key: string;
  readonly heard: (fits: boolean) => void;
}

const keptSeconds = 60;
const mostKept = 10_000;
const mostWaiting = 256;

/**
 * Whether passwords fit. Hashes are made to take long: what came of one is kept for a minute, and after each there is a pause as long as it
 * took, so that whoever tries passwords leaves half of the time to all others.
 */
export class Passwords {
  readonly #deadlines: Deadlines;
  readonly #known = new Map<string, { readonly fits: boolean; readonly until: number }>();
  readonly #waiting: Job[] = [];
  #isPausing = false;

  constructor(deadlines: Deadlines) {
    this.#deadlines = deadlines;
  }

  /** Hears no as well where too many are waiting. */
  ask(ask: BasicAuthAsk, heard: (fits: boolean) => void): void {
    const { hash, instead, given } = ask;
    const key = createHash("sha256")
      .update(`${hash ?? ` ${instead}`}\n`)
      .update(given.password)
      .digest("base64");
    const known = this.#known.get(key);
    if (known !== undefined && known.until > this.#deadlines.now) heard(known.fits);
    else if (this.#waiting.length >= mostWaiting) heard(false);
    else {
      this.#waiting.push({ ask, key, heard });
      if (!this.#isPausing) this.#next();
    }
  }

  /** Forgets what is too old to count. */
  sweep(): void {
    for (const [key, { until }] of this.#known) if (until <= this.#deadlines.now) this.#known.delete(key);
  }

  #next(): void {
    const job = this.#waiting.shift();
    this.#isPausing = job !== undefined;
    if (job === undefined) return;
    const beganAt = performance.now();
    const fits = verified(job.ask.given.password, { hash: job.ask.hash, instead: job.ask.instead }, hashes);
    if (this.#known.size >= mostKept) this.#known.clear();
    this.#known.set(job.key, { fits, until: this.#deadlines.inSeconds(keptSeconds) });
    setTimeout(() => this.#next(), performance.now() - beganAt);
    job.heard(fits);
  }
}

const hashWith =
  (algorithm: string) =>
  (bytes: Uint8Array): Uint8Array =>
    createHash(algorithm).update(bytes).digest();

const hashes = {
  md5: hashWith("md5"),
  sha1: hashWith("sha1"),
  sha256: hashWith("sha256"),
  sha512: hashWith("sha512"),
};
