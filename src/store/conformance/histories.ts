import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../../test/harness/seeded.ts";
import { Compacted, type Store, type Watch, type Write } from "../store.ts";
import { Model, type Reading, reachedBy, type Spell, type Told } from "./model.ts";
import { bytes, Recorder, type StoreUnderTest } from "./subject.ts";

const prefixes = ["", "a/", "b/", "b/1"];
const keys = ["a/1", "a/2", "a/3", "b/1", "b/10", "b/2", "c"];

/** Random histories, each judged afterwards: the answers must fit one order of writes, and everything read or watched must fit it too. */
export function histories(subject: StoreUnderTest): void {
  for (let seed = 1; seed <= 40; seed += 1) {
    test(`${subject.name}: random history ${seed}: nothing lost, doubled or out of order`, async (t) => {
      const { store, reopen } = await subject.fresh(t);
      const history = new History(store, seeded(seed));
      await history.run(120);
      const model = await history.judge();
      if (!subject.outlivesClose) return;
      await store.close();
      const range = await (await reopen()).range("");
      assert.equal(range.revision, model.revision);
      model.judgeReading({ prefix: "", options: {}, answered: model.revision, range });
    });
  }
}

/** One who watches, goes away and comes back. */
interface Follower {
  readonly prefix: string;
  seen: Recorder;
  watch: Watch;
  readonly spells: Spell[];
}

class History {
  readonly #store: Store;
  readonly #random: () => number;
  readonly #written: Told[] = [];
  readonly #known = new Map<string, number>();
  readonly #readings: Reading[] = [];
  readonly #followers: Follower[] = [];
  #answered = 0;

  constructor(store: Store, random: () => number) {
    this.#store = store;
    this.#random = random;
  }

  async run(turns: number): Promise<void> {
    const all: Promise<unknown>[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const under = Array.from({ length: this.#below(6) }, () => this.#write());
      const dice = this.#below(10);
      if (dice < 4) under.push(this.#read());
      if (dice === 4) under.push(this.#follow());
      if (dice === 5) under.push(this.#store.compact(Math.max(this.#answered - this.#below(20), 0)));
      if (dice > 7) under.push(this.#leaveAndReturn());
      const done = Promise.all(under);
      all.push(done);
      // Half of the turns overlap the next one.
      await (this.#below(2) === 0 ? done : new Promise(setImmediate));
    }
    await Promise.all(all);
  }

  async judge(): Promise<Model> {
    const model = new Model(this.#written);
    for (const told of this.#written) model.judgeWrite(told);
    for (const reading of this.#readings) model.judgeReading(reading);
    for (const { prefix, watch, seen, spells } of this.#followers) {
      await seen.reached(model.revision);
      watch.stop();
      for (const spell of spells) model.judgeSpell(prefix, spell);
    }
    assert.equal(await this.#store.revision(), model.revision);
    return model;
  }

  async #write(): Promise<void> {
    const key = keys[this.#below(keys.length)] ?? "";
    const expect = this.#below(5) === 0 ? this.#below(this.#answered + 2) : (this.#known.get(key) ?? 0);
    const text = `${key} ${this.#below(1000)}`;
    const value = this.#below(4) === 0 ? undefined : (revision: number) => bytes(`${text} at ${revision}`);
    const write: Write = { key, value, expect };
    const answer = await this.#store.write(write);
    this.#written.push({ write, answer });
    if (answer.kind === "done") this.#answered = Math.max(this.#answered, answer.revision);
    if (answer.kind === "conflict") this.#known.set(key, answer.current?.modRevision ?? 0);
    else this.#known.set(key, value === undefined ? 0 : answer.revision);
  }

  async #read(): Promise<void> {
    const prefix = prefixes[this.#below(prefixes.length)] ?? "";
    const ofPast = this.#below(2) === 0;
    const at = Math.max(this.#answered - this.#below(15), 0);
    const options = {
      limit: this.#below(6),
      ...(this.#below(2) === 0 ? { after: "a/2" } : {}),
      ...(ofPast ? { at } : {}),
    };
    const answered = ofPast ? at : this.#answered;
    const range = await orCompacted(this.#store.range(prefix, options));
    if (range !== "compacted") this.#readings.push({ prefix, options, answered, range });
  }

  async #follow(): Promise<void> {
    const prefix = prefixes[this.#below(prefixes.length)] ?? "";
    const after = Math.max(this.#answered - this.#below(10), 0);
    const seen = new Recorder();
    const watch = await orCompacted(this.#store.watch(prefix, after, seen));
    if (watch !== "compacted") this.#followers.push({ prefix, seen, watch, spells: [{ after, seen }] });
  }

  async #leaveAndReturn(): Promise<void> {
    const follower = this.#followers[this.#below(this.#followers.length)];
    if (follower === undefined) return;
    follower.watch.stop();
    const last = reachedBy(follower.spells.at(-1) ?? { after: 0, seen: follower.seen });
    const seen = new Recorder();
    follower.seen = seen;
    const resumed = await orCompacted(this.#store.watch(follower.prefix, last, seen));
    const begin = resumed === "compacted" ? await this.#store.revision() : last;
    follower.watch = resumed === "compacted" ? await this.#store.watch(follower.prefix, begin, seen) : resumed;
    follower.spells.push({ after: begin, seen });
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

async function orCompacted<T>(asked: Promise<T>): Promise<T | "compacted"> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Compacted) return "compacted";
    throw error;
  }
}
