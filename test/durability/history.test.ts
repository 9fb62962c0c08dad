import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, type Told, type Write } from "./history.ts";

const write = { name: "a", verb: "update", value: "2", resourceVersion: 12, above: 11, outcome: "answered" } as const;
const writes: readonly Write[] = [
  { name: "a", verb: "create", value: "1", resourceVersion: 10, above: 9, outcome: "answered" },
  { name: "b", verb: "create", value: "1", resourceVersion: 11, above: 10, outcome: "answered" },
  write,
  { name: "a", verb: "delete", value: "2", resourceVersion: undefined, above: 12, outcome: "done" },
  { name: "b", verb: "update", value: "2", resourceVersion: undefined, above: 12, outcome: "lost" },
];
const [added, other, modified, deleted] = [
  { type: "ADDED", name: "a", value: "1", resourceVersion: 10 },
  { type: "ADDED", name: "b", value: "1", resourceVersion: 11 },
  { type: "MODIFIED", name: "a", value: "2", resourceVersion: 12 },
  { type: "DELETED", name: "a", value: "2", resourceVersion: 13 },
] as const;

test("a whole history is in order", () => judge(writes, [added, other, modified, deleted]));

const broken: Readonly<Record<string, readonly [readonly Write[], readonly Told[]]>> = {
  "a write that was not told": [writes, [added, other, deleted]],
  "a writer of whom nothing was told": [writes, [added, modified, deleted]],
  "an event told twice": [writes, [added, other, modified, modified, deleted]],
  "events out of order": [writes, [added, modified, other, deleted]],
  "an event of no write": [
    writes,
    [added, other, modified, deleted, { ...other, type: "MODIFIED", resourceVersion: 14 }],
  ],
  "another value than was written": [writes, [added, other, { ...modified, value: "3" }, deleted]],
  "another revision than was answered": [writes, [added, other, { ...modified, resourceVersion: 12.5 }, deleted]],
  "a revision that went back": [writes.with(2, { ...write, above: 12 }), [added, other, modified, deleted]],
};
for (const [name, [made, told]] of Object.entries(broken))
  test(`it is seen: ${name}`, () => assert.throws(() => judge(made, told), assert.AssertionError));
