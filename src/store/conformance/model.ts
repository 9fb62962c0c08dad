import assert from "node:assert/strict";
import type { Entry, Range, RangeOptions, Write, Written } from "../store.ts";
import { type Recorder, showChange, showEntry } from "./subject.ts";

/** A write and what the writer was told. */
export interface Told {
  readonly write: Write;
  readonly answer: Written;
}

/** A read and what the reader was shown. */
export interface Reading {
  readonly prefix: string;
  readonly options: RangeOptions;
  /** The last revision answered before the read was asked for: it must not show less. */
  readonly answered: number;
  readonly range: Range;
}

/** What one watch was told, from its begin to its end. */
export interface Spell {
  readonly after: number;
  readonly seen: Recorder;
}

type State = ReadonlyMap<string, Entry>;

/** The one order of writes that the answers claim, and all that must follow from it. */
export class Model {
  // What stood there at each revision, from 0 on.
  readonly #states: State[] = [new Map()];
  readonly #keys: string[] = [""];

  constructor(told: readonly Told[]) {
    const done = told.flatMap(({ write, answer }) =>
      answer.kind === "done" ? { write, revision: answer.revision } : [],
    );
    done.sort((a, b) => a.revision - b.revision);
    for (const { write, revision } of done) {
      assert.equal(revision, this.revision + 1, "each revision is answered once, and none is left out");
      this.#keys.push(write.key);
      this.#states.push(stateAfter(this.#at(revision - 1), write, revision));
    }
  }

  get revision(): number {
    return this.#states.length - 1;
  }

  judgeWrite({ write, answer }: Told): void {
    if (answer.kind === "done") {
      assert.equal(
        this.#at(answer.revision - 1).get(write.key)?.modRevision ?? 0,
        write.expect,
        "the expectation was met",
      );
    } else if (answer.current !== undefined) {
      assert.notEqual(answer.current.modRevision, write.expect);
      assert.equal(showEntry(this.#at(answer.current.modRevision).get(write.key)), showEntry(answer.current));
    }
  }

  judgeReading({ prefix, options: { after = "", limit = Number.POSITIVE_INFINITY }, answered, range }: Reading): void {
    assert.ok(range.revision >= answered, `a read at ${range.revision} after ${answered} was answered`);
    const there = [...this.#at(range.revision).values()].filter(({ key }) => key.startsWith(prefix) && key > after);
    there.sort((a, b) => (a.key < b.key ? -1 : 1));
    assert.deepEqual(range.entries.map(showEntry), there.slice(0, limit).map(showEntry));
    assert.equal(range.remaining, Math.max(there.length - limit, 0));
  }

  judgeSpell(prefix: string, { after, seen }: Spell): void {
    const upTo = reachedBy({ after, seen });
    const wanted = this.#keys.flatMap((key, revision) => {
      if (!key.startsWith(prefix) || revision <= after || revision > upTo) return [];
      const [previous, entry] = [this.#at(revision - 1).get(key), this.#at(revision).get(key)];
      return showChange({ key, revision, previous, entry });
    });
    assert.deepEqual(seen.changes.map(showChange), wanted);
    assert.deepEqual(
      seen.progresses,
      [...seen.progresses].sort((a, b) => a - b),
    );
  }

  #at(revision: number): State {
    const state = this.#states[revision];
    assert.ok(state !== undefined, `revision ${revision} was shown, but never answered`);
    return state;
  }
}

function stateAfter(before: State, { key, value }: Write, modRevision: number): State {
  const after = new Map(before);
  const bytes = typeof value === "function" ? value(modRevision) : value;
  const createRevision = before.get(key)?.createRevision ?? modRevision;
  if (bytes === undefined) after.delete(key);
  else after.set(key, { key, value: bytes, createRevision, modRevision });
  return after;
}

/** The revision up to which a watch says it has told everything. */
export const reachedBy = ({ after, seen: { changes, progresses } }: Spell): number =>
  Math.max(after, changes.at(-1)?.revision ?? 0, progresses.at(-1) ?? 0);
