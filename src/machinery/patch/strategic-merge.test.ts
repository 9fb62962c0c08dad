import assert from "node:assert/strict";
import test from "node:test";
import * as s from "../schema.ts";
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
            { name: "B", value: "2" },
            { name: "A", value: "1" },
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
    { finalizers: ["c", "a", "b"] },
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
  [
    "an entry that is new stands before those that only the server has",
    { containers: [a] },
    { containers: [{ name: "c" }] },
    { containers: [{ name: "c" }, a] },
  ],
  [
    "an order puts what is new where it is wanted",
    { containers: [a, b] },
    { "$setElementOrder/containers": [{ name: "a" }, { name: "b" }, { name: "c" }], containers: [{ name: "c" }] },
    { containers: [a, b, { name: "c" }] },
  ],
  [
    "an entry goes while another changes",
    { containers: [a, b] },
    {
      "$setElementOrder/containers": [{ name: "b" }],
      containers: [
        { name: "b", image: "z" },
        { name: "a", $patch: "delete" },
      ],
    },
    { containers: [{ ...b, image: "z" }] },
  ],
  [
    "an entry that isn't there may be deleted",
    { containers: [a] },
    { containers: [{ name: "z", $patch: "delete" }] },
    { containers: [a] },
  ],
  ["a whole list goes by null", { containers: [a] }, { containers: null }, {}],
  ["a list is emptied on demand", { containers: [a, b] }, { containers: [{ $patch: "replace" }] }, { containers: [] }],
  [
    "entries of a replaced list lose their directives",
    { containers: [a] },
    { containers: [{ $patch: "replace" }, { name: "b", env: [{ $patch: "replace" }, { name: "A", value: null }] }] },
    { containers: [{ name: "b", env: [{ name: "A" }] }] },
  ],
  [
    "an entry deep down goes",
    { containers: [a] },
    { containers: [{ name: "a", env: [{ name: "A", $patch: "delete" }] }] },
    { containers: [{ ...a, env: [] }] },
  ],
  [
    "an entry is replaced on demand as a whole only by leaving and coming",
    { containers: [a] },
    { containers: [{ name: "a", args: null }] },
    { containers: [{ name: "a", image: "x", env: [{ name: "A", value: "1" }] }] },
  ],
  [
    "what a directive is about need not be there",
    {},
    {
      "$setElementOrder/containers": [{ name: "a" }],
      "$deleteFromPrimitiveList/finalizers": ["a"],
      labels: { $patch: "delete" },
      strategy: { $retainKeys: ["type"], type: "Recreate" },
    },
    { strategy: { type: "Recreate" } },
  ],
  [
    "what is to be deleted isn't brought",
    {},
    {
      containers: [
        { name: "a", $patch: "delete" },
        { name: "b", env: [{ name: "A", $patch: "delete" }] },
      ],
    },
    { containers: [{ name: "b", env: [] }] },
  ],
  [
    "values are removed and added at once",
    { finalizers: ["a", "b"] },
    {
      finalizers: ["c"],
      "$deleteFromPrimitiveList/finalizers": ["a"],
      "$setElementOrder/finalizers": ["c", "b"],
    },
    { finalizers: ["c", "b"] },
  ],
  [
    "a retained key is kept as it is where the patch doesn't change it",
    { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } },
    { strategy: { $retainKeys: ["type", "rollingUpdate"], rollingUpdate: { maxSurge: 2 } } },
    { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 2 } } },
  ],
  ["a value takes the place of another type", { strategy: "x" }, { strategy: { a: 1 } }, { strategy: { a: 1 } }],
  [
    "the whole document is replaced on demand",
    { labels: { a: "1" } },
    { $patch: "replace", finalizers: ["x"] },
    { finalizers: ["x"] },
  ],
];
for (const [name, document, patch, result] of strategic)
  test(`strategic merge: ${name}`, () => {
    const before = JSON.stringify(document);
    assert.deepEqual(applyStrategicMerge(Thing, document, patch), result);
    assert.equal(JSON.stringify(document), before);
  });

const all = { containers: [a], labels: { a: "1" }, finalizers: ["a"], strategy: { type: "x" } };
const senseless: readonly (readonly [patch: object, because: string, message: string])[] = [
  [{ labels: { $patch: "explode" } }, "unforeseen", "unknown patch type: explode in map: map[$patch:explode]"],
  [{ labels: { $patch: "merge" } }, "unforeseen", "unknown patch type: merge in map: map[$patch:merge]"],
  [{ containers: [{ image: "x" }] }, "unforeseen", "map: map[image:x] does not contain declared merge key: name"],
  [
    { containers: [{ $patch: "delete", image: "x" }] },
    "unforeseen",
    "map: map[$patch:delete image:x] does not contain declared merge key: name",
  ],
  [{ containers: [{ $patch: "merge" }] }, "unforeseen", "merging lists cannot yet be specified in the patch"],
  [
    { containers: [{ $patch: "explode", name: "a" }] },
    "unforeseen",
    "unknown patch type: explode in map: map[$patch:explode name:a]",
  ],
  [{ containers: [["a"]] }, "failed", "lists of lists are not supported"],
  [{ strategy: { $retainKeys: ["type"], other: 1 } }, "invalid", "invalid patch format of retainKeys"],
  [{ strategy: { $retainKeys: "type" } }, "invalid", "invalid patch format of retainKeys"],
  [{ $setElementOrder: [] }, "invalid", "invalid patch format of setElementOrder list"],
  [{ $deleteFromPrimitiveList: [] }, "invalid", "invalid patch format of primitive list"],
  [{ "$setElementOrder/containers": "a" }, "unforeseen", "expected a []interface {}, but received a string"],
  [
    { "$setElementOrder/containers": [{ name: "b" }], containers: [{ name: "a" }] },
    "unforeseen",
    "The order in patch list:\n[map[name:a]]\n doesn't match $setElementOrder list:\n[map[name:b]]\n",
  ],
];
for (const [patch, because, message] of senseless)
  test(`strategic merge refuses ${JSON.stringify(patch)}`, () =>
    assert.throws(
      () => applyStrategicMerge(Thing, all, patch),
      (fault) => {
        assert(fault instanceof PatchRefused);
        assert.deepEqual([fault.because, fault.message], [because, message]);
        return true;
      },
    ));
