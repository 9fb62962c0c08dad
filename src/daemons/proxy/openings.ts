import type { Backoff } from "#client/backoff.ts";
import { hasCode } from "#os/files.ts";
import { type Failure, type Loop, loop } from "../loop.ts";

/** Something that is open until it is closed: a listener, a relay. */
export interface Opening {
  readonly close: () => Promise<void>;
}

export interface OpeningsOptions<W> {
  readonly name: string;
  readonly open: (wanted: W, key: string) => Promise<Opening>;
  /** Equal texts mean that what is open may stay as it is. */
  readonly textOf: (wanted: W) => string;
  /** Hears that somebody else has the address; it is tried again. */
  readonly taken: (wanted: W, key: string) => void;
  readonly backoff: Backoff;
  readonly failed: (failure: Failure) => void;
}

/** How soon an address that somebody else has is tried again. */
const takenSeconds = 5;

/** Keeps open what is wanted, and closes what isn't any more. */
export class Openings<W> {
  readonly #options: OpeningsOptions<W>;
  readonly #wanted = new Map<string, W>();
  readonly #open = new Map<string, { readonly text: string; readonly opening: Opening }>();
  readonly #loop: Loop;

  constructor(options: OpeningsOptions<W>) {
    this.#options = options;
    const { name, backoff, failed } = options;
    this.#loop = loop<true>({
      name,
      sources: [],
      plan: (key) => (this.#isRight(key) ? undefined : true),
      apply: (_, key) => this.#renew(key),
      parallel: 8,
      backoff,
      failed,
    });
  }

  /** undefined: it shall be closed. */
  want(key: string, wanted: W | undefined): void {
    if (wanted === undefined) this.#wanted.delete(key);
    else this.#wanted.set(key, wanted);
    if (!this.#isRight(key)) this.#loop.enqueue(key);
  }

  idle(): Promise<void> {
    return this.#loop.idle();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    await Promise.all([...this.#open.values()].map(({ opening }) => opening.close()));
    this.#open.clear();
  }

  #isRight(key: string): boolean {
    const wanted = this.#wanted.get(key);
    return this.#open.get(key)?.text === (wanted && this.#options.textOf(wanted));
  }

  async #renew(key: string) {
    const { open, textOf, taken } = this.#options;
    const before = this.#open.get(key);
    this.#open.delete(key);
    await before?.opening.close();
    const wanted = this.#wanted.get(key);
    if (wanted === undefined) return undefined;
    try {
      this.#open.set(key, { text: textOf(wanted), opening: await open(wanted, key) });
    } catch (fault) {
      if (!hasCode(fault, "EADDRINUSE")) throw fault;
      taken(wanted, key);
      return { againSeconds: takenSeconds };
    }
    return undefined;
  }
}
