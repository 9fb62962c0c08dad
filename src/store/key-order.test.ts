import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../test/harness/seeded.ts";
import { byCodeUnits, KeyOrder } from "./key-order.ts";

test("keys stay in order, counted and cut rightly, through thousands of changes", () => {
  const random = seeded(1);
  const some = (): string => `k${Math.floor(random() * 5000)}`;
  const model = new Set(Array.from({ length: 1500 }, some));
  const order = new KeyOrder(model);
  for (let step = 1; step <= 12_000; step += 1) {
    const key = some();
    // It grows first, through the splitting of blocks, and then empties.
    if (model.has(key) && random() < step / 9000) {
      model.delete(key);
      order.delete(key);
    } else if (!model.has(key) && step < 9000) {
      model.add(key);
      order.add(key);
    }
    if (step % 500 !== 0) continue;
    const sorted = [...model].sort(byCodeUnits);
    const [from, to] = [Math.floor(random() * sorted.length), Math.floor(random() * sorted.length * 2)];
    assert.deepEqual(order.slice(0, Number.POSITIVE_INFINITY), sorted);
    assert.deepEqual(order.slice(from, to), from < to ? sorted.slice(from, to) : []);
    assert.equal(
      order.leading((other) => other < key),
      sorted.filter((other) => other < key).length,
    );
  }
});

test("a key that is not there is deleted without harm", () => {
  const order = new KeyOrder(["b"]);
  for (const key of ["a", "c", ""]) order.delete(key);
  assert.deepEqual(order.slice(0, 9), ["b"]);
  order.delete("b");
  order.delete("b");
  assert.deepEqual(order.slice(0, 9), []);
});
