import assert from "node:assert/strict";
import test from "node:test";
import * as s from "../schema.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { PatchRefused } from "./refused.ts";
import { applyStrategicMerge } from "./strategic-merge.ts";

class Env extends s.object("t.Env", { name: s.required(1, s.string), value: s.optional(2, s.string) }) {}
class Container extends s.object("t.Container", {
  name: s.required(1, s.string),
  image: s.optional(2, s.string),
  args: s.optional(3, s.list(s.string)),
  env: s.optional(4, s.listMap(Env, ["name"])),
}) {}
class Thing extends s.object("t.Thing", {
  containers: s.optional(1, s.listMap(Container, ["name"])),
  finalizers: s.optional(2, s.set(s.string, { patch: true })),
  labels: s.optional(3, s.map(s.string)),
  strategy: s.optional(4, s.json),
}) {}

const a = { name: "a", image: "x", args: ["1"], env: [{ name: "A", value: "1" }] };
const b = { name: "b", image: "y" };
const strategic: readonly (readonly [name: string, document: object, patch: object, result: object])[] = [
  ["null removes", { labels: { a: "1", b: "2" } }, { labels: { a: null } }, { labels: { b: "2" } }],
  [
    "plain lists are replaced",
    { containers: [a] },
    { containers: [{ name: "a", args: ["2"] }] },
    { containers: [{ ...a, args: ["2"] }] },
  ],
  [
    "entries deep down are merged",
    { containers: [a, b] },
    { containers: [{ name: "a", env: [{ name: "B", value: "2" }] }] },
    {
      containers: [
        {
          ...a,
          env: [
            { name: "A", value: "1" },
            { name: "B", value: "2" },
          ],
        },
        b,
      ],
    },
  ],
  ["an entry goes", { containers: [a, b] }, { containers: [{ name: "a", $patch: "delete" }] }, { containers: [b] }],
  [
    "a list is replaced on demand",
    { containers: [a, b] },
    { containers: [{ $patch: "replace" }, { name: "c" }] },
    { containers: [{ name: "c" }] },
  ],
  [
    "an object is replaced on demand",
    { labels: { a: "1" } },
    { labels: { $patch: "replace", b: "2" } },
    { labels: { b: "2" } },
  ],
  ["an object is emptied on demand", { labels: { a: "1" } }, { labels: { $patch: "delete" } }, { labels: {} }],
  [
    "entries of the patch stand in the order asked for, the server's own where they stood",
    { containers: [a, { name: "own" }, b] },
    {
      $patch: "merge",
      "$setElementOrder/containers": [{ name: "b" }, { name: "a" }],
      containers: [{ name: "b", image: "z" }],
    },
    { containers: [{ name: "own" }, { ...b, image: "z" }, a] },
  ],
  [
    "a list can be ordered alone",
    { containers: [a, b] },
    { "$setElementOrder/containers": [{ name: "b" }, { name: "a" }] },
    { containers: [b, a] },
  ],
  [
    "values are merged as a set",
    { finalizers: ["a", "b"] },
    { finalizers: ["c", "a"] },
    { finalizers: ["b", "c", "a"] },
  ],
  [
    "values are removed",
    { finalizers: ["a", "b", "c"] },
    { "$deleteFromPrimitiveList/finalizers": ["b"], "$setElementOrder/finalizers": ["a", "c"] },
    { finalizers: ["a", "c"] },
  ],
  [
    "only the retained stays",
    { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } },
    { strategy: { $retainKeys: ["type"], type: "Recreate" } },
    { strategy: { type: "Recreate" } },
  ],
  [
    "what is new comes without directives and nulls",
    {},
    { labels: { a: null, b: "1" }, containers: [{ name: "a", image: null }] },
    { labels: { b: "1" }, containers: [{ name: "a" }] },
  ],
  ["what isn't declared is merged plainly", { x: { y: [1], z: 1 } }, { x: { y: [2] } }, { x: { y: [2], z: 1 } }],
];
for (const [name, document, patch, result] of strategic)
  test(`strategic merge: ${name}`, () => {
    const before = JSON.stringify(document);
    assert.deepEqual(applyStrategicMerge(Thing, document, patch), result);
    assert.equal(JSON.stringify(document), before);
  });

const senseless: readonly object[] = [
  { labels: { $patch: "explode" } },
  { containers: [{ image: "x" }] },
  { containers: ["a"] },
  { strategy: { $retainKeys: ["type"], other: 1 } },
];
for (const patch of senseless)
  test(`strategic merge refuses ${JSON.stringify(patch)}`, () =>
    assert.throws(() => applyStrategicMerge(Thing, {}, patch), PatchRefused));

test("a patch of the wrong form is refused in Go's words", () => {
  assert.throws(() => applyJsonPatch({}, { op: "add" }), {
    message: "json: cannot unmarshal object into Go value of type jsonpatch.Patch",
  });
  assert.throws(() => applyJsonPatch({}, [true]), {
    message: "json: cannot unmarshal bool into Go value of type jsonpatch.Operation",
  });
  assert.throws(() => applyStrategicMerge(Thing, {}, ["a"]), {
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
