import assert from "node:assert/strict";
import { test } from "node:test";
import { findCulprits } from "./culprits.ts";

const objects = Array.from({ length: 1000 }, (_, index) => `o${index}`);

/** Each of `sets` is unfit as a whole. */
function search(...sets: readonly (readonly string[])[]) {
  let looks = 0;
  const isFit = async (kept: readonly string[]): Promise<boolean> => {
    looks++;
    return sets.every((set) => set.length === 0 || set.some((one) => !kept.includes(one)));
  };
  return { looks: () => looks, options: { objects, isFit, most: 3, patienceMs: 10_000 } };
}

const cases = [
  { name: "one of a thousand", bad: [["o437"]], found: ["o437"] },
  { name: "the first", bad: [["o0"]], found: ["o0"] },
  { name: "the last", bad: [["o999"]], found: ["o999"] },
  { name: "three", bad: [["o5"], ["o6"], ["o900"]], found: ["o5", "o6", "o900"] },
  { name: "the younger of two that don't go together", bad: [["o5", "o700"]], found: ["o700"] },
  { name: "more than are looked for", bad: [["o1"], ["o2"], ["o3"], ["o4"]], found: undefined },
  { name: "something else than an object", bad: [[]], found: undefined },
];
for (const { name, bad, found } of cases) {
  test(`findCulprits: ${name}`, async () => {
    const { options, looks } = search(...bad);
    assert.deepEqual(await findCulprits(options), found);
    assert.ok(looks() <= 3 * 12, `${looks()} looks`);
  });
}

test("findCulprits: what is refused even without any object is nobody's fault", async () => {
  assert.equal(await findCulprits({ ...search().options, isFit: async () => false }), undefined);
});
