import { byCodeUnits, KeyOrder, leading } from "./key-order.ts";
import { type Change, Compacted, type Entry, FutureRevision, type Range, type RangeOptions } from "./store.ts";

/** What a compaction takes away. */
export interface Forgetting {
  /** From here on history is complete. */
  readonly oldest: number;
  /** How many entries there were at `oldest`. */
  readonly entries: number;
  /** The changes that nothing from `oldest` on shows any more: values that were replaced or deleted by then, and deletions. */
  readonly revisions: readonly number[];
}

/** How much of the past is kept: what is older than that goes, and of what is younger what is too much. */
export interface HistoryLimits {
  readonly historySeconds: number;
  /** At most so many changes. */
  readonly historyChanges: number;
  /** At most so many bytes in values that have been replaced or deleted since, and in what is kept of each change besides. */
  readonly historyBytes: number;
}

/** What is kept of a change besides its value, in bytes: measured, see docs/design/store.md. */
const changeBytes = 400;

/** The present and the recent past, in memory: what every read and every watch is served from. */
export class Timeline {
  readonly #present = new Map<string, Entry>();
  readonly #order: KeyOrder;
  // Every change after #oldest, in order.
  readonly #history: Change[] = [];
  // For each second in which something was written: what was the last of it. What was there before this process counts as of its begin.
  readonly #marks: { readonly revision: number; readonly second: number }[] = [];
  #replacedBytes = 0;
  #revision: number;
  #oldest: number;
  #entriesAtOldest: number;

  /** `entries` as they were at revision `oldest`. */
  constructor(entries: readonly Entry[], oldest: number) {
    for (const entry of entries) this.#present.set(entry.key, entry);
    this.#order = new KeyOrder(this.#present.keys());
    this.#revision = oldest;
    this.#oldest = oldest;
    this.#entriesAtOldest = this.#present.size;
  }

  get revision(): number {
    return this.#revision;
  }

  get oldest(): number {
    return this.#oldest;
  }

  /** What the past takes of memory, about. */
  get historyBytes(): number {
    return this.#replacedBytes;
  }

  get(key: string): Entry | undefined {
    return this.#present.get(key);
  }

  range(prefix: string, { limit = Number.POSITIVE_INFINITY, after = "", at = this.#revision }: RangeOptions): Range {
    const changed = this.#undone(prefix, at);
    const isBefore = (key: string) => key < prefix || key <= after;
    const from = this.#order.leading(isBefore);
    const to = Math.max(
      this.#order.leading((key) => key < prefix || key.startsWith(prefix)),
      from,
    );
    if (changed.size === 0) {
      const entries = this.#order
        .slice(from, Math.min(to, from + limit))
        .flatMap((key) => this.#present.get(key) ?? []);
      return { entries, revision: at, remaining: to - from - entries.length };
    }
    const unchanged = this.#order.slice(from, to).filter((key) => !changed.has(key));
    const back = [...changed].flatMap(([key, entry]) => (entry === undefined || isBefore(key) ? [] : key));
    const keys = [...unchanged, ...back].sort(byCodeUnits);
    const entries = keys.slice(0, limit).flatMap((key) => changed.get(key) ?? this.#present.get(key) ?? []);
    return { entries, revision: at, remaining: keys.length - entries.length };
  }

  /** The changes after `revision`, in order. Throws `Compacted`. */
  since(revision: number): readonly Change[] {
    if (revision < this.#oldest) throw new Compacted(revision, this.#oldest);
    return this.#history.slice(leading(this.#history, (change) => change.revision <= revision));
  }

  apply(change: Change): void {
    const { key, entry, previous } = change;
    if (entry === undefined) {
      this.#present.delete(key);
      this.#order.delete(key);
    } else {
      this.#present.set(key, entry);
      if (previous === undefined) this.#order.add(key);
    }
    this.#history.push(change);
    this.#replacedBytes += weightOf(change);
    this.#revision = change.revision;
  }

  /** Says what time it is, by a clock that never goes back. */
  mark(seconds: number): void {
    const last = this.#marks.at(-1);
    if (last?.revision === this.#revision) return;
    const second = Math.floor(seconds);
    if (last?.second === second) this.#marks.pop();
    this.#marks.push({ revision: this.#revision, second });
  }

  /** The revision up to which the past has to be forgotten to stay within the limits; `oldest` where nothing has to be. */
  beyond({ historySeconds, historyChanges, historyBytes }: HistoryLimits, nowSeconds: number): number {
    const old = leading(this.#marks, ({ second }) => second + 1 <= nowSeconds - historySeconds);
    const aged = this.#marks[old - 1]?.revision ?? 0;
    if (aged > this.#oldest) return aged;
    let oldest = this.#oldest;
    let changes = this.#history.length;
    let bytes = this.#replacedBytes;
    for (const change of this.#history) {
      if (changes <= historyChanges && bytes <= historyBytes) break;
      oldest = change.revision;
      changes -= 1;
      bytes -= weightOf(change);
    }
    return oldest;
  }

  /** The revision that is reached when so many changes are forgotten, but `wanted` at most. */
  within(changes: number, wanted: number): number {
    return Math.min(this.#history[changes - 1]?.revision ?? wanted, wanted);
  }

  /** What forgetting everything before `oldest` would take away. */
  forgetting(oldest: number): Forgetting {
    const revisions: number[] = [];
    let entries = this.#entriesAtOldest;
    for (const { revision, entry, previous } of this.#history) {
      if (revision > oldest) break;
      if (previous !== undefined) revisions.push(previous.modRevision);
      if (entry === undefined) revisions.push(revision);
      entries += (entry === undefined ? 0 : 1) - (previous === undefined ? 0 : 1);
    }
    return { oldest, entries, revisions };
  }

  forget({ oldest, entries }: Forgetting): void {
    const gone = this.#history.splice(
      0,
      leading(this.#history, (change) => change.revision <= oldest),
    );
    for (const change of gone) this.#replacedBytes -= weightOf(change);
    this.#marks.splice(
      0,
      leading(this.#marks, ({ revision }) => revision < oldest),
    );
    this.#oldest = oldest;
    this.#entriesAtOldest = entries;
  }

  /** What stood at revision `at` under the keys that have changed since; undefined where nothing did. */
  #undone(prefix: string, at: number): Map<string, Entry | undefined> {
    if (at > this.#revision) throw new FutureRevision(at, this.#revision);
    const before = new Map<string, Entry | undefined>();
    for (const { key, previous } of this.since(at)) {
      if (key.startsWith(prefix) && !before.has(key)) before.set(key, previous);
    }
    return before;
  }
}

const weightOf = ({ previous }: Change): number => (previous?.value.length ?? 0) + changeBytes;
