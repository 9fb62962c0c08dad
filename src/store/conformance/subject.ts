import type { TestContext } from "node:test";
import type { Change, Entry, Store, WatchSink, Write, Written } from "../store.ts";

/** A store to be judged. */
export interface StoreUnderTest {
  readonly name: string;
  /** Whether it can be opened again after `close`. */
  readonly outlivesClose: boolean;
  /** An empty store that tells its watches their progress within a second. It is the subject's to clean up after the test. */
  readonly fresh: (t: TestContext) => Promise<Opened>;
}

export interface Opened {
  readonly store: Store;
  /** Opens the same store again, after `store` was closed. */
  readonly reopen: () => Promise<Store>;
}

/** A write in the notation of the tables: key, value (undefined deletes), expected modRevision. */
export type Step = readonly [key: string, value: string | undefined, expect: number];

export const writeOf = ([key, value, expect]: Step): Write => ({
  key,
  value: value === undefined ? undefined : bytes(value),
  expect,
});

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** "a=1 (1..3)": key, value, createRevision, modRevision. */
export function showEntry(entry: Entry | undefined): string {
  if (entry === undefined) return "nothing";
  return `${entry.key}=${new TextDecoder().decode(entry.value)} (${entry.createRevision}..${entry.modRevision})`;
}

export const showWritten = (written: Written): string =>
  written.kind === "done" ? `done ${written.revision}` : `conflict with ${showEntry(written.current)}`;

export const showChange = ({ key, revision, entry, previous }: Change): string =>
  `${revision} ${key}: ${showEntry(previous)} -> ${showEntry(entry)}`;

/** A sink that keeps what it is told. */
export class Recorder implements WatchSink {
  readonly changes: Change[] = [];
  readonly progresses: number[] = [];
  readonly ends: string[] = [];
  #waiting: { readonly isMet: () => boolean; readonly resolve: () => void }[] = [];

  readonly change = (change: Change): void => {
    this.changes.push(change);
    this.#wake();
  };
  readonly progress = (revision: number): void => {
    this.progresses.push(revision);
    this.#wake();
  };
  readonly end = (reason: string): void => {
    this.ends.push(reason);
    this.#wake();
  };

  /** Resolves when all changes up to `revision` have been delivered. */
  reached(revision: number): Promise<void> {
    return this.#when(() => (this.progresses.at(-1) ?? -1) >= revision);
  }

  ended(): Promise<void> {
    return this.#when(() => this.ends.length > 0);
  }

  #when(isMet: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ isMet, resolve });
      this.#wake();
    });
  }

  #wake(): void {
    for (const { isMet, resolve } of this.#waiting) if (isMet()) resolve();
    this.#waiting = this.#waiting.filter(({ isMet }) => !isMet());
  }
}
