import assert from "node:assert/strict";
import { test } from "node:test";
import type { RangeOptions, Store } from "../store.ts";
import { type Step, type StoreUnderTest, showEntry, writeOf } from "./subject.ts";

// Revisions 1 to 8.
const past: readonly Step[] = [
  ["a/1", "one", 0],
  ["a/2", "two", 0],
  ["a/3", "three", 0],
  ["b/1", "other", 0],
  ["a/2", "TWO", 2],
  ["a/1", undefined, 1],
  ["a/4", "four", 0],
  ["a/1", "ONE", 0],
];

interface Case {
  readonly name: string;
  readonly prefix: string;
  readonly options: RangeOptions;
  readonly found: string;
  readonly remaining?: number;
}

const cases: readonly Case[] = [
  {
    name: "all of a prefix",
    prefix: "a/",
    options: {},
    found: "a/1=ONE (8..8), a/2=TWO (2..5), a/3=three (3..3), a/4=four (7..7)",
  },
  { name: "a prefix that nothing has", prefix: "c/", options: {}, found: "" },
  { name: "a prefix that is a key", prefix: "b/1", options: {}, found: "b/1=other (4..4)" },
  { name: "a first page", prefix: "a/", options: { limit: 2 }, found: "a/1=ONE (8..8), a/2=TWO (2..5)", remaining: 2 },
  {
    name: "a page that goes on",
    prefix: "a/",
    options: { limit: 1, after: "a/2" },
    found: "a/3=three (3..3)",
    remaining: 1,
  },
  {
    name: "a last page",
    prefix: "a/",
    options: { limit: 2, after: "a/2" },
    found: "a/3=three (3..3), a/4=four (7..7)",
  },
  {
    name: "after a key that does not exist",
    prefix: "a/",
    options: { after: "a/2zzz" },
    found: "a/3=three (3..3), a/4=four (7..7)",
  },
  { name: "after the last key", prefix: "a/", options: { after: "a/4" }, found: "" },
  { name: "after a key behind the prefix", prefix: "a/", options: { after: "zebra" }, found: "" },
  { name: "after a key before the prefix", prefix: "b/", options: { after: "a/1" }, found: "b/1=other (4..4)" },
  { name: "a limit of 0 counts", prefix: "a/", options: { limit: 0 }, found: "", remaining: 4 },
  { name: "before the first write", prefix: "", options: { at: 0 }, found: "" },
  {
    name: "before an update and a delete",
    prefix: "a/",
    options: { at: 4 },
    found: "a/1=one (1..1), a/2=two (2..2), a/3=three (3..3)",
  },
  {
    name: "between a delete and the key's return",
    prefix: "a/",
    options: { at: 7 },
    found: "a/2=TWO (2..5), a/3=three (3..3), a/4=four (7..7)",
  },
  {
    name: "a page of the past",
    prefix: "a/",
    options: { at: 5, limit: 1, after: "a/1" },
    found: "a/2=TWO (2..5)",
    remaining: 1,
  },
  { name: "the present by its revision", prefix: "b/", options: { at: 8 }, found: "b/1=other (4..4)" },
];

/** Ranges, pages, the past, and what compaction takes of it. */
export function ranges(subject: StoreUnderTest): void {
  for (const { name, prefix, options, found, remaining = 0 } of cases) {
    test(`${subject.name}: range: ${name}`, async (t) => {
      const { store } = await subject.fresh(t);
      await writeAll(store);
      const range = await store.range(prefix, options);
      assert.equal(range.entries.map(showEntry).join(", "), found);
      assert.deepEqual(
        { revision: range.revision, remaining: range.remaining },
        { revision: options.at ?? 8, remaining },
      );
    });
  }
  compaction(subject);
  pages(subject);
  codeUnits(subject);
}

async function writeAll(store: Store): Promise<void> {
  for (const step of past) assert.equal((await store.write(writeOf(step))).kind, "done");
}

function compaction(subject: StoreUnderTest): void {
  test(`${subject.name}: compaction takes what lies before it, and nothing else`, async (t) => {
    const { store } = await subject.fresh(t);
    await writeAll(store);
    const before = await Promise.all([5, 6, 7, 8].map((at) => store.range("", { at })));
    await store.compact(5);
    assert.deepEqual(await Promise.all([5, 6, 7, 8].map((at) => store.range("", { at }))), before);
    await assert.rejects(store.range("", { at: 4 }), { code: "Compacted", oldest: 5 });
    await store.compact(3);
    await assert.rejects(store.range("", { at: 4 }), { code: "Compacted", oldest: 5 });
    assert.equal(await store.revision(), 8);
  });

  test(`${subject.name}: a revision that has not come yet can be neither read nor compacted`, async (t) => {
    const { store } = await subject.fresh(t);
    await writeAll(store);
    await assert.rejects(store.range("", { at: 9 }), { code: "FutureRevision", latest: 8 });
    await assert.rejects(store.compact(9), { code: "FutureRevision", latest: 8 });
  });
}

function pages(subject: StoreUnderTest): void {
  test(`${subject.name}: pages at one revision show each entry once, whatever is written between them`, async (t) => {
    const { store } = await subject.fresh(t);
    const keys = Array.from({ length: 1500 }, (_, i) => `k/${String((i * 7919) % 1500).padStart(4, "0")}`);
    await Promise.all(keys.map((key) => store.write(writeOf([key, "first", 0]))));
    const { revision } = await store.range("k/", { limit: 0 });
    const seen: string[] = [];
    for (let remaining = keys.length; remaining > 0; ) {
      const options = seen.length === 0 ? {} : { after: seen.at(-1) ?? "" };
      const page = await store.range("k/", { ...options, at: revision, limit: 97 });
      assert.equal(page.remaining, remaining - page.entries.length);
      remaining = page.remaining;
      seen.push(...page.entries.map(({ key }) => key));
      await Promise.all([
        store.write(writeOf([`k/${seen.length}-new`, "later", 0])),
        store.write({ key: seen.at(-1) ?? "", value: undefined, expect: page.entries.at(-1)?.modRevision ?? 0 }),
      ]);
    }
    assert.deepEqual(seen, [...keys].sort());
  });
}

function codeUnits(subject: StoreUnderTest): void {
  // UTF-8, in which databases compare, has U+FF5E before U+1F600; code units have it behind.
  test(`${subject.name}: keys are ordered by code units, also after they were read back`, async (t) => {
    const { store, reopen } = await subject.fresh(t);
    for (const key of ["\uff5e", "z", "\u{1f600}", "Z"]) await store.write(writeOf([key, "", 0]));
    const ordered = ["Z", "z", "\u{1f600}", "\uff5e"];
    assert.deepEqual(
      (await store.range("")).entries.map(({ key }) => key),
      ordered,
    );
    if (!subject.outlivesClose) return;
    await store.compact(4);
    await store.close();
    assert.deepEqual(
      (await (await reopen()).range("")).entries.map(({ key }) => key),
      ordered,
    );
  });
}
