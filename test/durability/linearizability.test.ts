import assert from "node:assert/strict";
import { test } from "node:test";
import { disorder, type Operation, type OperationKind } from "./linearizability.ts";

const operation = (id: string, span: readonly [number, number?], kind: OperationKind): Operation => ({
  id,
  kind,
  sent: span[0],
  answered: span[1],
});
const create = (id: string, span: readonly [number, number?], outcome: "done" | "exists" | "unknown" = "done") =>
  operation(id, span, { verb: "create", value: id, outcome });
const update = (
  id: string,
  span: readonly [number, number?],
  [expected, outcome = "done"]: readonly [string, ("done" | "conflict" | "missing" | "unknown")?],
) => operation(id, span, { verb: "update", value: id, expected, outcome });
const get = (id: string, span: readonly [number, number?], found: string | undefined) =>
  operation(id, span, { verb: "get", found });
const remove = (id: string, span: readonly [number, number?], outcome: "done" | "missing" | "unknown" = "done") =>
  operation(id, span, { verb: "delete", outcome });

const good: Readonly<Record<string, readonly Operation[]>> = {
  "one after another": [create("a", [1, 2]), get("g", [3, 4], "a"), update("b", [5, 6], ["a"]), remove("d", [7, 8])],
  "side by side, in the order of what was seen": [
    create("a", [1, 9]),
    get("g", [2, 3], undefined),
    get("h", [4, 5], "a"),
  ],
  "two creations, of which one came first": [create("a", [1, 5]), create("b", [2, 4], "exists")],
  "a write without an answer that happened": [create("a", [1], "unknown"), get("g", [5, 6], "a")],
  "a write without an answer that never happened": [create("a", [1], "unknown"), get("g", [5, 6], undefined)],
  "a deletion without an answer that happened late": [
    create("a", [1, 2]),
    remove("d", [3], "unknown"),
    get("g", [4, 5], "a"),
    get("h", [6, 7], undefined),
  ],
};
for (const [name, operations] of Object.entries(good))
  test(`an order is found: ${name}`, () => assert.equal(disorder(operations), undefined));

const bad: Readonly<Record<string, readonly Operation[]>> = {
  "an answered write that is not there": [create("a", [1, 2]), get("g", [3, 4], undefined)],
  "a read of what was replaced before": [create("a", [1, 2]), update("b", [3, 4], ["a"]), get("g", [5, 6], "a")],
  "two updates of the same version": [create("a", [1, 2]), update("b", [3, 6], ["a"]), update("c", [4, 5], ["a"])],
  "a value that went back": [
    create("a", [1, 2]),
    update("b", [3, 9], ["a"]),
    get("g", [4, 5], "b"),
    get("h", [6, 7], "a"),
  ],
  "a conflict with what stands there": [create("a", [1, 2]), update("b", [3, 4], ["a", "conflict"])],
  "two creations": [create("a", [1, 2]), create("b", [3, 4])],
  "a deletion that was undone": [create("a", [1, 2]), remove("d", [3, 4]), get("g", [5, 6], "a")],
  "a lost write that came back after it was seen to be missing": [
    create("a", [1, 2]),
    update("b", [3], ["a", "unknown"]),
    get("g", [4, 5], "b"),
    get("h", [6, 7], "a"),
  ],
};
for (const [name, operations] of Object.entries(bad))
  test(`it is seen: ${name}`, () => assert.match(disorder(operations) ?? "", /^no order explains/));
