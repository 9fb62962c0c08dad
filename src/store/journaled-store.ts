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
  /** Gives a little of the room that nothing takes any more back to the file system; whether there is more to give now. */
  readonly shrink: () => boolean;
  /** What it takes on disk. */
  readonly sizeBytes: () => number;
  readonly close: () => void;
}

export interface StoreOptions extends HistoryLimits {
  /** How long after changes the watches are told how far they have come, in milliseconds. */
  readonly progressAfterMs: number;
  /** How often it is looked whether the past has grown old, and the file too large for what it holds. */
  readonly tendEveryMs: number;
  /** Seconds, by a clock that never goes back. */
  readonly clock: () => number;
}

/**
 * Kubernetes keeps five minutes as well, for whoever was cut off and resumes. The reasons are in docs/design/store.md.
 */
export const storeDefaults: StoreOptions = {
  historySeconds: 300,
  historyChanges: 100_000,
  historyBytes: 64 << 20,
  progressAfterMs: 1000,
  tendEveryMs: 10_000,
  clock: () => performance.now() / 1000,
};

/**
 * How many changes one commit forgets beside two for each that it makes: the past shrinks in steps that nobody waits long for, but never
 * slower than it grows.
 */
const forgottenAtOnce = 250;

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
  readonly #tending: NodeJS.Timeout;
  #isClosed = false;

  constructor(timeline: Timeline, journal: Journal, options: StoreOptions) {
    this.#timeline = timeline;
    this.#journal = journal;
    this.#options = options;
    this.#watches = new Watches(timeline, options.progressAfterMs);
    timeline.mark(options.clock());
    this.#tending = setInterval(() => this.#tend(), options.tendEveryMs).unref();
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
    for (const { key } of [write, ...(write.along ?? [])])
      if (key === "" || key.includes("\0") || !key.isWellFormed())
        throw new RangeError(`not a key: ${JSON.stringify(key)}`);
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
    clearInterval(this.#tending);
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
    this.#writes = [];
    const draft = new Draft(this.#timeline);
    const answers = writes.map((asked) => decide(draft, asked));
    const forgetting = this.#forgetting(draft.changes.length);
    try {
      if (draft.changes.length > 0 || forgetting !== undefined) this.#journal.commit(draft.changes, forgetting);
    } catch (fault) {
      // A conflict may rest on a write of this batch that did not happen: nobody gets an answer.
      for (const asked of [...writes, ...this.#compactions.splice(0)]) asked.reject(fault);
      return;
    }
    for (const change of draft.changes) this.#timeline.apply(change);
    this.#timeline.mark(this.#options.clock());
    if (forgetting !== undefined) this.#timeline.forget(forgetting);
    for (const answer of answers) answer();
    if (draft.changes.length > 0) this.#watches.publish(draft.changes);
    this.#compacted();
  }

  /** The next step towards a past that is within its limits, and as short as was asked for. */
  #forgetting(written: number): Forgetting | undefined {
    const wanted = this.#wantedOldest();
    if (wanted <= this.#timeline.oldest) return undefined;
    return this.#timeline.forgetting(this.#timeline.within(forgottenAtOnce + 2 * written, wanted));
  }

  #wantedOldest(): number {
    const limit = this.#timeline.beyond(this.#options, this.#options.clock());
    return Math.max(limit, ...this.#compactions.map(({ oldest }) => oldest));
  }

  /** Tells whoever asked for what is forgotten by now; goes on with the rest in another turn. */
  #compacted(): void {
    const { oldest: reached } = this.#timeline;
    const done = this.#compactions.filter(({ oldest }) => oldest <= reached);
    this.#compactions = this.#compactions.filter(({ oldest }) => oldest > reached);
    for (const { resolve } of done) resolve();
    if (this.#wantedOldest() > reached && !this.#isClosed) this.#scheduleCommit();
  }

  /** What is to be done when nobody writes. */
  #tend(): void {
    this.#timeline.mark(this.#options.clock());
    if (this.#wantedOldest() > this.#timeline.oldest) this.#scheduleCommit();
    else this.#shrink();
  }

  #shrink(): void {
    if (!this.#isClosed && this.#journal.shrink()) setImmediate(() => this.#shrink());
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
