import assert from "node:assert/strict";
import { test } from "node:test";
import { changed, inTurn, noChanges } from "./header-changes.ts";

const h = (name: string, value: string) => ({ name, value });

test("changed: removed first, then set, then added, whatever the case of names", () =>
  assert.deepEqual(
    changed([h("X-A", "1"), h("x-b", "1"), h("X-B", "2"), h("Accept", "*/*")], {
      remove: ["x-a"],
      set: [h("x-b", "3")],
      add: [h("x-a", "4"), h("x-c", "5")],
    }),
    [h("Accept", "*/*"), h("x-b", "3"), h("x-a", "4"), h("x-c", "5")],
  ));

test("inTurn: what comes later wins, and comes to the same as one after the other", () => {
  const first = { remove: ["x-d"], set: [h("x-a", "1"), h("x-b", "1")], add: [h("x-c", "1")] };
  const second = { remove: ["x-b"], set: [h("x-a", "2")], add: [h("x-c", "2")] };
  const message = [h("x-d", "0"), h("x-b", "0"), h("x-e", "0")];
  const sorted = (headers: readonly { name: string; value: string }[]) =>
    headers.toSorted((a, b) => a.name.localeCompare(b.name));
  assert.deepEqual(
    sorted(changed(message, inTurn(first, undefined, second))),
    sorted(changed(changed(message, first), second)),
  );
  assert.deepEqual(inTurn(undefined), noChanges);
});
