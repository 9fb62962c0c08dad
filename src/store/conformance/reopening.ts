import assert from "node:assert/strict";
import { test } from "node:test";
import { Recorder, type StoreUnderTest, showChange, showEntry, writeOf } from "./subject.ts";

/** What outlives `close`, for stores that outlive it. */
export function reopening(subject: StoreUnderTest): void {
  if (!subject.outlivesClose) return;
  test(`${subject.name}: revisions go on after the last key was deleted and compacted away`, async (t) => {
    const { store, reopen } = await subject.fresh(t);
    await store.write(writeOf(["a", "1", 0]));
    await store.write(writeOf(["a", undefined, 1]));
    await store.compact(2);
    await store.close();
    const again = await reopen();
    assert.equal(await again.revision(), 2);
    await assert.rejects(again.range("", { at: 1 }), { code: "Compacted", oldest: 2 });
    assert.deepEqual(await again.write(writeOf(["b", "1", 0])), { kind: "done", revision: 3 });
  });

  test(`${subject.name}: the past since the last compaction is there again`, async (t) => {
    const { store, reopen } = await subject.fresh(t);
    await store.write(writeOf(["a", "1", 0]));
    await store.write(writeOf(["b", "", 0]));
    await store.write(writeOf(["a", "2", 1]));
    await store.compact(2);
    await store.write(writeOf(["b", undefined, 2]));
    await store.close();
    const again = await reopen();
    assert.deepEqual((await again.range("")).entries.map(showEntry), ["a=2 (1..3)"]);
    assert.deepEqual((await again.range("", { at: 2 })).entries.map(showEntry), ["a=1 (1..1)", "b= (2..2)"]);
    const seen = new Recorder();
    await again.watch("", 2, seen);
    await seen.reached(4);
    assert.deepEqual(seen.changes.map(showChange), ["3 a: a=1 (1..1) -> a=2 (1..3)", "4 b: b= (2..2) -> nothing"]);
    await assert.rejects(again.watch("", 1, new Recorder()), { code: "Compacted" });
  });
}
