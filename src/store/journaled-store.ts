import { Draft } from "./draft.ts";
import { StoreClosed } from "./faults.ts";
import {
  type Change,
  type Entry,
  FutureRevision,
  type Range,
  type RangeOptions,
  type Store,
  type StoreStatus,
  type Watch,
  type WatchSink,
  type Write,
  type Written,
} from "./store.ts";
import type { Forgetting, HistoryLimits, Timeline } from "./timeline.ts";
import { Watches } from "./watches.ts";

/** Where changes are made to last. */
export interface Journal {
  /** Takes all of it or nothing; returns when it would survive a power cut. Throws `StoreUnwritable`. */
  readonly commit: (changes: readonly Change[], forgetting: Forgetting | undefined) => void;
  /** What it takes on disk. */
  readonly sizeBytes: () => number;
  readonly close: () => void;
}

export interface StoreOptions extends HistoryLimits {
  /** How long after changes the watches are told how far they have come, in milliseconds. */
  readonly progressAfterMs: number;
}

export const storeDefaults: StoreOptions = { historyChanges: 10_000, historyBytes: 64 << 20, progressAfterMs: 1000 };

interface Asked<T> {
  readonly resolve: (answer: T) => void;
  readonly reject: (fault: unknown) => void;
}

/** A store that is held in memory and written to a journal: the writes of one event-loop turn are one commit. */
export class JournaledStore implements Store {
  readonly #timeline: Timeline;
  readonly #journal: Journal;
  readonly #options: StoreOptions;
  readonly #watches: Watches;
  #writes: (Asked<Written> & { readonly write: Write })[] = [];
  #compactions: (Asked<void> & { readonly oldest: number })[] = [];
  #commit: Promise<void> | undefined;
  #isClosed = false;

  constructor(timeline: Timeline, journal: Journal, options: StoreOptions) {
    this.#timeline = timeline;
    this.#journal = journal;
    this.#options = options;
    this.#watches = new Watches(timeline, options.progressAfterMs);
  }

  async revision(): Promise<number> {
    return this.#open().revision;
  }

  async status(): Promise<StoreStatus> {
    const { revision, oldest, historyBytes } = this.#open();
    return { revision, oldest, sizeBytes: this.#journal.sizeBytes(), historyBytes };
  }

  async get(key: string): Promise<Entry | undefined> {
    return this.#open().get(key);
  }

  async range(prefix: string, options: RangeOptions = {}): Promise<Range> {
    return this.#open().range(prefix, options);
  }

  async watch(prefix: string, afterRevision: number, sink: WatchSink): Promise<Watch> {
    this.#open();
    return this.#watches.open(prefix, afterRevision, sink);
  }

  async write(write: Write): Promise<Written> {
    this.#open();
    if (write.key === "" || write.key.includes("\0") || !write.key.isWellFormed()) {
      throw new RangeError(`not a key: ${JSON.stringify(write.key)}`);
    }
    return new Promise((resolve, reject) => {
      this.#writes.push({ write, resolve, reject });
      this.#scheduleCommit();
    });
  }

  async compact(revision: number): Promise<void> {
    const latest = this.#open().revision;
    if (revision > latest) throw new FutureRevision(revision, latest);
    return new Promise((resolve, reject) => {
      this.#compactions.push({ oldest: revision, resolve, reject });
      this.#scheduleCommit();
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#commit;
    this.#watches.close();
    this.#journal.close();
  }

  #open(): Timeline {
    if (this.#isClosed) throw new StoreClosed();
    return this.#timeline;
  }

  #scheduleCommit(): void {
    this.#commit ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#commit = undefined;
        this.#commitAsked();
        resolve();
      });
    });
  }

  #commitAsked(): void {
    const writes = this.#writes;
    const compactions = this.#compactions;
    this.#writes = [];
    this.#compactions = [];
    const draft = new Draft(this.#timeline);
    const answers = writes.map((asked) => decide(draft, asked));
    const forgetting = this.#forgetting(compactions.map(({ oldest }) => oldest));
    try {
      if (draft.changes.length > 0 || forgetting !== undefined) this.#journal.commit(draft.changes, forgetting);
    } catch (fault) {
      // A conflict may rest on a write of this batch that did not happen: nobody gets an answer.
      for (const asked of [...writes, ...compactions]) asked.reject(fault);
      return;
    }
    for (const change of draft.changes) this.#timeline.apply(change);
    if (forgetting !== undefined) this.#timeline.forget(forgetting);
    for (const answer of answers) answer();
    for (const { resolve } of compactions) resolve();
    if (draft.changes.length > 0) this.#watches.publish(draft.changes);
  }

  #forgetting(asked: readonly number[]): Forgetting | undefined {
    const wanted = Math.max(this.#timeline.beyond(this.#options), ...asked);
    return wanted > this.#timeline.oldest ? this.#timeline.forgetting(wanted) : undefined;
  }
}

/** What to tell the writer once the batch is committed. */
function decide(draft: Draft, { write, resolve, reject }: Asked<Written> & { readonly write: Write }): () => void {
  try {
    const answer = draft.decide(write);
    return () => resolve(answer);
  } catch (error) {
    return () => reject(error);
  }
}
