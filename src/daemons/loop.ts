import { setTimeout as sleep } from "node:timers/promises";
import { type Backoff, backoffSeconds } from "#client/backoff.ts";
import type { Informer } from "#client/informer.ts";
import { type ApiObject, isNamespaceGoing, refusedFor } from "#client/resource.ts";

/**
 * What a daemon is: it watches, plans, applies. Keys that change are collected until the end of the event-loop turn; each is
 * worked on once at a time, several keys side by side; a key whose work fails comes again after a growing pause.
 */
export interface LoopOptions<P> {
  /** For messages: "endpoints". */
  readonly name: string;
  /** Where keys come from. Work begins when all of them have shown what they have. */
  readonly sources: readonly Source[];
  /** Pure: reads caches. undefined where there is nothing to do. */
  readonly plan: (key: string) => P | undefined;
  /** Acts. A key returned with seconds comes again by itself after them, unless it changes before. */
  readonly apply: (plan: P, key: string, signal: AbortSignal) => Promise<Again | undefined>;
  /** How many keys are worked on side by side. */
  readonly parallel: number;
  readonly backoff: Backoff;
  /** Hears every failure but the first conflicts; the key is tried again anyway. */
  readonly failed: (failure: Failure) => void;
}
export interface Again {
  readonly againSeconds: number;
}
export interface Failure {
  readonly loop: string;
  readonly key: string;
  readonly fault: unknown;
  /** How many failures in a row. */
  readonly failures: number;
}

export interface Source {
  /** Calls `enqueue` for what is there, then for what changes. Returns how to stop it. */
  readonly connect: (enqueue: (key: string) => void) => () => void;
  readonly synced: () => Promise<void>;
}

export interface Loop {
  /** The key will be worked on: in this turn or the next, or once more where it is being worked on. */
  readonly enqueue: (key: string) => void;
  /** Resolves when nothing is queued nor worked on; keys that wait for a retry or a time count as idle. */
  readonly idle: () => Promise<void>;
  /** Resolves when no work is under way any more. */
  readonly stop: () => Promise<void>;
}

/** The keys that a change of an informer concerns; the key of a loop that always works on everything is `everything`. */
export function changesOf<O extends ApiObject>(
  informer: Informer<O>,
  keysOf: (object: O, other: O | undefined) => Iterable<string>,
): Source {
  return {
    connect: (enqueue) =>
      informer.onChange((before, after) => {
        if (before !== undefined) for (const key of keysOf(before, after)) enqueue(key);
        if (after !== undefined) for (const key of keysOf(after, before)) enqueue(key);
      }),
    synced: informer.synced,
  };
}
export const everything = "everything";

/** Timers can't count further than some weeks; a key that comes too early just waits again. */
const longestSeconds = 86_400;

/** So often in a row may a key's picture of the world be out of date before that counts as a failure. */
const staleMost = 5;

/** Starts at once. */
export function loop<P>(options: LoopOptions<P>): Loop {
  return new KeyedLoop(options);
}

class KeyedLoop<P> implements Loop {
  readonly #options: LoopOptions<P>;
  readonly #queued = new Set<string>();
  readonly #working = new Map<string, Promise<void>>();
  readonly #failures = new Map<string, number>();
  /** What a key waits for; aborted when it changes before. */
  readonly #waiting = new Map<string, AbortController>();
  readonly #stopping = new AbortController();
  readonly #disconnect: (() => void)[];
  #synced = false;
  #turnAsked = false;
  #idlers: (() => void)[] = [];

  constructor(options: LoopOptions<P>) {
    this.#options = options;
    this.#disconnect = options.sources.map((source) => source.connect(this.enqueue));
    Promise.all(options.sources.map((source) => source.synced())).then(
      () => {
        this.#synced = true;
        this.#askTurn();
      },
      () => {}, // an informer was stopped before it had anything: so is this loop, soon
    );
  }

  readonly enqueue = (key: string): void => {
    if (this.#stopping.signal.aborted) return;
    this.#queued.add(key);
    this.#askTurn();
  };

  readonly idle = (): Promise<void> =>
    new Promise((resolve) => {
      this.#idlers.push(resolve);
      this.#askTurn();
    });

  readonly stop = async (): Promise<void> => {
    this.#stopping.abort();
    for (const disconnect of this.#disconnect) disconnect();
    for (const waiting of this.#waiting.values()) waiting.abort();
    this.#queued.clear();
    await Promise.all(this.#working.values());
  };

  #askTurn(): void {
    if (!this.#synced || this.#turnAsked) return;
    this.#turnAsked = true;
    setImmediate(() => {
      this.#turnAsked = false;
      this.#turn();
    });
  }

  #turn(): void {
    for (const key of this.#queued) {
      if (this.#working.size >= this.#options.parallel) break;
      if (this.#working.has(key)) continue;
      this.#queued.delete(key);
      this.#begin(key);
    }
    if (this.#queued.size > 0 || this.#working.size > 0) return;
    for (const idler of this.#idlers.splice(0)) idler();
  }

  #begin(key: string): void {
    this.#waiting.get(key)?.abort();
    this.#waiting.delete(key);
    try {
      const plan = this.#options.plan(key);
      if (plan === undefined) this.#failures.delete(key);
      else this.#working.set(key, this.#work(plan, key));
    } catch (fault) {
      this.#retry(key, fault);
    }
  }

  async #work(plan: P, key: string): Promise<void> {
    try {
      const again = await this.#options.apply(plan, key, this.#stopping.signal);
      this.#failures.delete(key);
      if (again !== undefined) this.#enqueueAfter(key, again.againSeconds);
    } catch (fault) {
      this.#retry(key, fault);
    }
    this.#working.delete(key);
    this.#askTurn();
  }

  #retry(key: string, fault: unknown): void {
    if (this.#stopping.signal.aborted || isNamespaceGoing(fault)) return;
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    // the usual way to learn that somebody else was faster; the cache will know in a moment
    const isStale = refusedFor(fault, "Conflict", "NotFound") && failures <= staleMost;
    if (!isStale) this.#options.failed({ loop: this.#options.name, key, fault, failures });
    this.#enqueueAfter(key, backoffSeconds(this.#options.backoff, failures));
  }

  #enqueueAfter(key: string, seconds: number): void {
    const waiting = new AbortController();
    this.#waiting.set(key, waiting);
    sleep(Math.min(seconds, longestSeconds) * 1000, undefined, { signal: waiting.signal, ref: false }).then(
      () => {
        this.#waiting.delete(key);
        this.enqueue(key);
      },
      () => {}, // aborted: the key changed before
    );
  }
}
