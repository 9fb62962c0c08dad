import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import type { Store } from "../store.ts";
import { Recorder, type Step, type StoreUnderTest, showChange, writeOf } from "./subject.ts";

const past: readonly Step[] = [
  ["a/1", "one", 0],
  ["b/1", "other", 0],
  ["a/1", "ONE", 1],
  ["a/1", undefined, 3],
];
const shown = [
  "1 a/1: nothing -> a/1=one (1..1)",
  "2 b/1: nothing -> b/1=other (2..2)",
  "3 a/1: a/1=one (1..1) -> a/1=ONE (1..3)",
  "4 a/1: a/1=ONE (1..3) -> nothing",
];

async function writeAll(store: Store, steps: readonly Step[] = past): Promise<void> {
  for (const step of steps) assert.equal((await store.write(writeOf(step))).kind, "done");
}

/** Replay, live changes, progress, and the ways in which a watch ends. */
export function watches(subject: StoreUnderTest): void {
  for (const after of [0, 1, 2, 3, 4]) {
    test(`${subject.name}: a watch after revision ${after} gets what came later, then what comes`, async (t) => {
      const { store } = await subject.fresh(t);
      await writeAll(store);
      const seen = new Recorder();
      await store.watch("", after, seen);
      await seen.reached(4);
      await writeAll(store, [["c", "3", 0]]);
      await seen.reached(5);
      assert.deepEqual(seen.changes.map(showChange), [...shown.slice(after), "5 c: nothing -> c=3 (5..5)"]);
    });
  }
  prefixes(subject);
  beginnings(subject);
  compaction(subject);
  badSinks(subject);
  endings(subject);
}

function prefixes(subject: StoreUnderTest): void {
  test(`${subject.name}: a watch gets its prefix only, and progress for the rest`, async (t) => {
    const { store } = await subject.fresh(t);
    const [a, b] = [new Recorder(), new Recorder()];
    await store.watch("a/", 0, a);
    await store.watch("b/", 0, b);
    await writeAll(store);
    await Promise.all([a.reached(4), b.reached(4)]);
    assert.deepEqual(a.changes.map(showChange), [shown[0], shown[2], shown[3]]);
    assert.deepEqual(b.changes.map(showChange), [shown[1]]);
  });

  test(`${subject.name}: a watch from a revision to come gets nothing before it`, async (t) => {
    const { store } = await subject.fresh(t);
    const seen = new Recorder();
    await store.watch("", 2, seen);
    await writeAll(store);
    await seen.reached(4);
    assert.deepEqual(seen.changes.map(showChange), shown.slice(2));
    assert.equal(
      seen.progresses.every((revision) => revision >= 2),
      true,
    );
  });
}

function beginnings(subject: StoreUnderTest): void {
  test(`${subject.name}: nothing is delivered before the caller has the watch, and nothing after stop`, async (t) => {
    const { store } = await subject.fresh(t);
    await writeAll(store);
    const seen = new Recorder();
    const watch = await store.watch("", 0, seen);
    assert.deepEqual(seen.changes, []);
    watch.stop();
    const witness = new Recorder();
    await store.watch("", 0, witness);
    await witness.reached(4);
    watch.stop();
    assert.deepEqual([seen.changes, seen.progresses, seen.ends], [[], [], []]);
  });

  test(`${subject.name}: a watch opened while changes are delivered gets them by replay`, async (t) => {
    const { store } = await subject.fresh(t);
    const inner = new Recorder();
    const outer = new Recorder();
    await store.watch("", 0, {
      ...outer,
      change: (change) => {
        if (outer.changes.length === 0) store.watch("", 0, inner);
        outer.change(change);
      },
    });
    await Promise.all(past.map((step) => store.write(writeOf(step))));
    await inner.reached(4);
    assert.deepEqual(inner.changes.map(showChange), shown);
    assert.deepEqual(outer.changes.map(showChange), shown);
  });
}

function compaction(subject: StoreUnderTest): void {
  test(`${subject.name}: a watch can't begin where history is gone`, async (t) => {
    const { store } = await subject.fresh(t);
    await writeAll(store);
    await store.compact(3);
    await assert.rejects(store.watch("", 2, new Recorder()), { code: "Compacted", oldest: 3 });
    const seen = new Recorder();
    await store.watch("", 3, seen);
    await seen.reached(4);
    assert.deepEqual(seen.changes.map(showChange), [shown[3]]);
  });

  test(`${subject.name}: a watch that history leaves behind before it begins is ended, or misses nothing`, async (t) => {
    const { store } = await subject.fresh(t);
    await writeAll(store);
    const compacted = store.compact(4);
    const seen = new Recorder();
    await store.watch("", 1, seen);
    await compacted;
    await Promise.race([seen.ended(), seen.reached(4)]);
    assert.deepEqual(seen.changes.map(showChange), seen.ends.includes("compacted") ? [] : shown.slice(1));
  });

  test(`${subject.name}: a watch that is up to date outlives compaction and misses nothing`, async (t) => {
    const { store } = await subject.fresh(t);
    const seen = new Recorder();
    await store.watch("", 0, seen);
    for (const [i, step] of past.entries()) {
      await store.write(writeOf(step));
      await store.compact(i + 1);
    }
    await seen.reached(4);
    assert.deepEqual([seen.changes.map(showChange), seen.ends], [shown, []]);
  });
}

function badSinks(subject: StoreUnderTest): void {
  test(`${subject.name}: a sink that throws ends its own watch, and no other`, async (t) => {
    const { store } = await subject.fresh(t);
    const [bad, good] = [new Recorder(), new Recorder()];
    const change = () => {
      throw new Error("the sink's own fault");
    };
    await store.watch("", 0, { ...bad, change });
    await store.watch("", 0, good);
    const warned = once(process, "warning");
    await Promise.all(past.map((step) => store.write(writeOf(step))));
    await good.reached(4);
    await bad.ended();
    const [warning] = await warned;
    assert.equal(warning.code, "SinkFailed");
    assert.deepEqual([good.changes.map(showChange), bad.ends, good.ends], [shown, ["failed"], []]);
  });
}

function endings(subject: StoreUnderTest): void {
  test(`${subject.name}: close ends every watch, after the last commit`, async (t) => {
    const { store } = await subject.fresh(t);
    const [early, late] = [new Recorder(), new Recorder()];
    await store.watch("", 0, early);
    await writeAll(store, past.slice(0, 3));
    await store.watch("", 3, late);
    const last = store.write(writeOf(["a/1", undefined, 3]));
    await store.close();
    await last;
    assert.deepEqual([early.changes.map(showChange), early.ends, late.ends], [shown, ["closed"], ["closed"]]);
  });
}
