import assert from "node:assert/strict";
import test from "node:test";
import { object } from "../schema.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { PatchRefused } from "./refused.ts";
import { applyStrategicMerge } from "./strategic-merge.ts";

test("a patch of the wrong form is refused in Go's words", () => {
  assert.throws(() => applyJsonPatch({}, { op: "add" }), {
    message: "json: cannot unmarshal object into Go value of type jsonpatch.Patch",
  });
  assert.throws(() => applyJsonPatch({}, [true]), {
    message: "json: cannot unmarshal bool into Go value of type jsonpatch.Operation",
  });
  assert.throws(() => applyStrategicMerge(object("t.Thing", {}), {}, ["a"]), {
    message: "json: cannot unmarshal array into Go value of type map[string]interface {}",
  });
});

test("merge patch: as RFC 7396 has it", () => {
  const document = { a: "b", c: { d: "e", f: "g" } };
  assert.deepEqual(applyMergePatch(document, { a: "z", c: { f: null }, n: { x: null, y: 1 } }), {
    a: "z",
    c: { d: "e" },
    n: { y: 1 },
  });
  assert.deepEqual(applyMergePatch([1], { a: 1 }), { a: 1 });
  assert.deepEqual(applyMergePatch({ a: 1 }, [2]), [2]);
});

test("merge patch: a key that means something to JavaScript is only a key", () => {
  const result = applyMergePatch({}, JSON.parse('{"labels":{"__proto__":"x"}}'));
  assert.equal(JSON.stringify(result), '{"labels":{"__proto__":"x"}}');
  assert.equal(Object.hasOwn(Object.prototype, "x"), false);
});

test("JSON patch: adds, moves, tests", () => {
  const document = { a: [1, 2], b: { c: 1 } };
  const operations = [
    { op: "test", path: "/a/0", value: 1 },
    { op: "add", path: "/a/-", value: 3 },
    { op: "move", from: "/b/c", path: "/d" },
    { op: "remove", path: "/b" },
  ];
  assert.deepEqual(applyJsonPatch(document, operations), { a: [1, 2, 3], d: 1 });
  assert.deepEqual(document, { a: [1, 2], b: { c: 1 } });
});

const doubled = [...Array(30)].map((_, i) => ({ op: "copy", from: i === 0 ? "/a" : `/a${i - 1}`, path: `/a${i}` }));
const grown = Array.from({ length: 60 }, () => ({ op: "copy", from: "", path: "/again" }));
const refused: readonly (readonly [name: string, operations: unknown, because: string])[] = [
  ["an operation that is none", [{ op: "explode", path: "/a" }], "failed"],
  ["a patch that is no list", { op: "add" }, "invalid"],
  ["an operation that is no object", [1], "invalid"],
  ["an operation without a path", [{ op: "remove" }], "failed"],
  ["a test that doesn't hold", [{ op: "test", path: "/a", value: "y" }], "failed"],
  ["a path that leads nowhere", [{ op: "remove", path: "/nowhere" }], "failed"],
  ["more than ten thousand operations", Array(10_001).fill({ op: "remove", path: "/a" }), "tooLarge"],
  ["copies of copies", [{ op: "add", path: "/a", value: "x".repeat(200_000) }, ...doubled], "tooLarge"],
  [
    "a document that holds itself again and again",
    [{ op: "add", path: "/a", value: "x".repeat(9000) }, ...grown],
    "tooLarge",
  ],
  ["the prototype", [{ op: "add", path: "/__proto__/polluted", value: 1 }], "failed"],
  ["the constructor's prototype", [{ op: "add", path: "/constructor/prototype/polluted", value: 1 }], "failed"],
];
for (const [name, operations, because] of refused)
  test(`JSON patch refuses ${name}`, () => {
    assert.throws(
      () => applyJsonPatch({ a: "x" }, operations),
      (fault) => fault instanceof PatchRefused && fault.because === because,
    );
    assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
  });
