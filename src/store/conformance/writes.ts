import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../store.ts";
import { bytes, type Step, type StoreUnderTest, showEntry, showWritten, writeOf } from "./subject.ts";

interface Case {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly answers: readonly string[];
  readonly leaves: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: "a create takes the next revision",
    steps: [
      ["a", "1", 0],
      ["b", "2", 0],
    ],
    answers: ["done 1", "done 2"],
    leaves: ["a=1 (1..1)", "b=2 (2..2)"],
  },
  {
    name: "a create where the key exists conflicts",
    steps: [
      ["a", "1", 0],
      ["a", "2", 0],
    ],
    answers: ["done 1", "conflict with a=1 (1..1)"],
    leaves: ["a=1 (1..1)"],
  },
  {
    name: "an update keeps the revision of the creation",
    steps: [
      ["a", "1", 0],
      ["a", "2", 1],
      ["a", "3", 2],
    ],
    answers: ["done 1", "done 2", "done 3"],
    leaves: ["a=3 (1..3)"],
  },
  {
    name: "an update of an old version conflicts",
    steps: [
      ["a", "1", 0],
      ["a", "2", 1],
      ["a", "3", 1],
    ],
    answers: ["done 1", "done 2", "conflict with a=2 (1..2)"],
    leaves: ["a=2 (1..2)"],
  },
  {
    name: "an update of what is not there conflicts",
    steps: [["a", "1", 7]],
    answers: ["conflict with nothing"],
    leaves: [],
  },
  {
    name: "a conflict takes no revision",
    steps: [
      ["a", "1", 7],
      ["a", "1", 0],
    ],
    answers: ["conflict with nothing", "done 1"],
    leaves: ["a=1 (1..1)"],
  },
  {
    name: "a delete takes a revision",
    steps: [
      ["a", "1", 0],
      ["a", undefined, 1],
      ["b", "2", 0],
    ],
    answers: ["done 1", "done 2", "done 3"],
    leaves: ["b=2 (3..3)"],
  },
  {
    name: "a delete of an old version conflicts",
    steps: [
      ["a", "1", 0],
      ["a", "2", 1],
      ["a", undefined, 1],
    ],
    answers: ["done 1", "done 2", "conflict with a=2 (1..2)"],
    leaves: ["a=2 (1..2)"],
  },
  {
    name: "a delete of what is not there conflicts",
    steps: [["a", undefined, 0]],
    answers: ["conflict with nothing"],
    leaves: [],
  },
  {
    name: "a key that comes back is created anew",
    steps: [
      ["a", "1", 0],
      ["a", undefined, 1],
      ["a", "2", 0],
    ],
    answers: ["done 1", "done 2", "done 3"],
    leaves: ["a=2 (3..3)"],
  },
  {
    name: "an empty value is a value",
    steps: [
      ["a", "", 0],
      ["a", "", 1],
    ],
    answers: ["done 1", "done 2"],
    leaves: ["a= (1..2)"],
  },
];

/** What a write answers and leaves, one after the other and all in one turn. */
export function writes(subject: StoreUnderTest): void {
  for (const { name, steps, answers, leaves } of cases) {
    test(`${subject.name}: ${name}`, async (t) => {
      const { store } = await subject.fresh(t);
      const given: string[] = [];
      for (const step of steps) given.push(showWritten(await store.write(writeOf(step))));
      assert.deepEqual(given, answers);
      await assertLeft(store, leaves);
    });
    test(`${subject.name}: ${name}, all in one turn`, async (t) => {
      const { store } = await subject.fresh(t);
      const given = await Promise.all(steps.map((step) => store.write(writeOf(step))));
      assert.deepEqual(given.map(showWritten), answers);
      await assertLeft(store, leaves);
    });
  }
  valueFunctions(subject);
  together(subject);
  keys(subject);
  closing(subject);
}

async function assertLeft(store: Store, leaves: readonly string[]): Promise<void> {
  assert.deepEqual((await store.range("")).entries.map(showEntry), leaves);
  for (const key of ["a", "b", "lease"]) {
    const line = leaves.find((leave) => leave.startsWith(`${key}=`)) ?? "nothing";
    assert.equal(showEntry(await store.get(key)), line);
  }
}

function valueFunctions(subject: StoreUnderTest): void {
  test(`${subject.name}: a value may be made from the revision that the write takes`, async (t) => {
    const { store } = await subject.fresh(t);
    const value = (revision: number) => bytes(`I am ${revision}`);
    await Promise.all(["a", "b", "c"].map((key) => store.write({ key, value, expect: 0 })));
    assert.deepEqual((await store.range("")).entries.map(showEntry), [
      "a=I am 1 (1..1)",
      "b=I am 2 (2..2)",
      "c=I am 3 (3..3)",
    ]);
  });

  test(`${subject.name}: a value that can't be made rejects its own write and takes no revision`, async (t) => {
    const { store } = await subject.fresh(t);
    const fails = () => {
      throw new RangeError("no value");
    };
    const [bad, good] = await Promise.allSettled([
      store.write({ key: "a", value: fails, expect: 0 }),
      store.write(writeOf(["b", "1", 0])),
    ]);
    assert.equal(bad.status === "rejected" && bad.reason instanceof RangeError, true);
    assert.deepEqual(good, { status: "fulfilled", value: { kind: "done", revision: 1 } });
  });
}

interface Together {
  readonly name: string;
  readonly along: readonly Step[];
  readonly step: Step;
  readonly answer: string;
  readonly leaves: readonly string[];
}

/** Each after `a=1 (1..1)`. */
const togethers: readonly Together[] = [
  {
    name: "take a revision each, the asked one the last",
    along: [["a", "2", 1]],
    step: ["b", "1", 0],
    answer: "done 3",
    leaves: ["a=2 (1..2)", "b=1 (3..3)"],
  },
  {
    name: "don't happen where the asked one conflicts",
    along: [["b", "1", 0]],
    step: ["a", "2", 0],
    answer: "conflict with a=1 (1..1)",
    leaves: ["a=1 (1..1)"],
  },
  {
    name: "don't happen where one of them conflicts",
    along: [
      ["c", "1", 0],
      ["a", "2", 7],
    ],
    step: ["b", "1", 0],
    answer: "conflict with a=1 (1..1)",
    leaves: ["a=1 (1..1)"],
  },
  {
    name: "may delete",
    along: [["a", undefined, 1]],
    step: ["b", "1", 0],
    answer: "done 3",
    leaves: ["b=1 (3..3)"],
  },
];

/** Writes of several keys that happen together or not at all. */
function together(subject: StoreUnderTest): void {
  for (const { name, along, step, answer, leaves } of togethers)
    test(`${subject.name}: writes along with another ${name}`, async (t) => {
      const { store } = await subject.fresh(t);
      await store.write(writeOf(["a", "1", 0]));
      const written = await store.write({ ...writeOf(step), along: along.map(writeOf) });
      assert.equal(showWritten(written), answer);
      assert.deepEqual((await store.range("")).entries.map(showEntry), leaves);
    });

  test(`${subject.name}: of writes of one turn that go along with the same key, one happens`, async (t) => {
    const { store } = await subject.fresh(t);
    await store.write(writeOf(["a", "1", 0]));
    const along = [writeOf(["a", "2", 1])];
    const answers = await Promise.all(["b", "c"].map((key) => store.write({ ...writeOf([key, "1", 0]), along })));
    assert.deepEqual(answers.map(showWritten), ["done 3", "conflict with a=2 (1..2)"]);
    assert.deepEqual((await store.range("")).entries.map(showEntry), ["a=2 (1..2)", "b=1 (3..3)"]);
  });

  test(`${subject.name}: a value that can't be made leaves nothing of what goes along`, async (t) => {
    const { store } = await subject.fresh(t);
    const fails = () => {
      throw new RangeError("no value");
    };
    await assert.rejects(
      store.write({ key: "b", value: fails, expect: 0, along: [writeOf(["a", "1", 0])] }),
      RangeError,
    );
    assert.equal(await store.revision(), 0);
  });
}

function keys(subject: StoreUnderTest): void {
  for (const key of ["", "a\0b", "a\ud800"]) {
    test(`${subject.name}: ${JSON.stringify(key)} is refused as a key`, async (t) => {
      const { store } = await subject.fresh(t);
      await assert.rejects(store.write({ key, value: bytes("1"), expect: 0 }), RangeError);
      assert.equal(await store.revision(), 0);
    });
  }
  for (const key of ["__proto__", "constructor", "a b", "é", "\u{1f600}", "x".repeat(3000)]) {
    test(`${subject.name}: ${JSON.stringify(key.slice(0, 20))} is a key like any other`, async (t) => {
      const { store } = await subject.fresh(t);
      assert.equal(await store.get(key), undefined);
      await store.write({ key, value: bytes("1"), expect: 0 });
      assert.equal(showEntry(await store.get(key)), `${key}=1 (1..1)`);
    });
  }
}

function closing(subject: StoreUnderTest): void {
  test(`${subject.name}: close commits what was asked for before, and takes nothing after`, async (t) => {
    const { store } = await subject.fresh(t);
    const written = store.write(writeOf(["a", "1", 0]));
    await store.close();
    assert.deepEqual(await written, { kind: "done", revision: 1 });
    await assert.rejects(store.write(writeOf(["b", "1", 0])), { code: "StoreClosed" });
    await assert.rejects(store.get("a"), { code: "StoreClosed" });
    await store.close();
  });
}
