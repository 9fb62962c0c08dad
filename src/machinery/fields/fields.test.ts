import assert from "node:assert/strict";
import test from "node:test";
import type { JsonObject } from "../json.ts";
import { type AnyKind, defineKind, unchanged } from "../kind.ts";
import * as s from "../schema.ts";
import { type Applied, applied } from "./apply.ts";
import { documentTrouble } from "./check.ts";
import { changesBetween } from "./compare.ts";
import { conflictMessage } from "./conflicts.ts";
import { showPath } from "./element.ts";
import { capped, type ManagedFields } from "./entries.ts";
import { type FieldSet, intersection, minus, pathsOf, sorted, union } from "./field-set.ts";
import { fieldsOf } from "./own-fields.ts";
import { afterUpdate } from "./track.ts";

class Port extends s.object("t.Port", {
  port: s.required(1, s.int32()),
  protocol: s.defaulted(2, s.string, "TCP"),
  name: s.optional(3, s.string),
}) {}
class Whole extends s.object("t.Whole", { a: s.optional(1, s.string), b: s.optional(2, s.string) }, { atomic: true }) {}
class Part extends s.object("t.Part", { a: s.optional(1, s.string), b: s.optional(2, s.string) }) {}
class Spec extends s.object("t.Spec", {
  ports: s.optional(1, s.listMap(Port, ["port", "protocol"])),
  finalizers: s.optional(2, s.set(s.string, { patch: true })),
  args: s.optional(3, s.list(s.string)),
  selector: s.optional(4, s.map(s.string, { atomic: true })),
  labels: s.optional(5, s.map(s.string)),
  whole: s.optional(6, Whole),
  part: s.optional(7, Part),
  replicas: s.optional(8, s.int32()),
}) {}
class Thing extends s.object("t.Thing", { spec: s.defaulted(1, Spec, {}) }) {}
const things: AnyKind = defineKind<typeof Thing>({
  group: "",
  version: "v1",
  kind: "Thing",
  plural: "things",
  singular: "thing",
  shortNames: [],
  categories: [],
  scope: "Namespaced",
  type: Thing,
  subresources: [],
  columns: [],
  selectableFields: {},
  nameRule: "dns-label",
  derive: unchanged,
  initialStatus: undefined,
  rules: [],
  updateRules: [],
});

const port = (port: number, name?: string) => ({ port, protocol: "TCP", ...(name !== undefined && { name }) });
const p80 = 'k:{"port":80,"protocol":"TCP"}';

// What the writer of a document owns: what it names, an entry beside what it holds, and no more of what is one thing than the whole.
const owned: readonly (readonly [spec: JsonObject, fields: FieldSet])[] = [
  [{ replicas: 1 }, { "f:replicas": {} }],
  [{ replicas: null }, { "f:replicas": {} }],
  [{ labels: { b: "1", a: "1" } }, { "f:labels": { "f:a": {}, "f:b": {} } }],
  [{ labels: {} }, { "f:labels": {} }],
  [{ labels: null }, { "f:labels": {} }],
  [{ selector: { a: "1" } }, { "f:selector": {} }],
  [{ args: ["a"] }, { "f:args": {} }],
  [{ args: [] }, { "f:args": {} }],
  [{ whole: { a: "1" } }, { "f:whole": {} }],
  [{ part: { a: "1" } }, { "f:part": { "f:a": {} } }],
  [{ finalizers: ["b", "a"] }, { "f:finalizers": { 'v:"a"': {}, 'v:"b"': {} } }],
  [{ finalizers: [] }, {}],
  [{ ports: [{ port: 80 }] }, { "f:ports": { [p80]: { ".": {}, "f:port": {} } } }],
  [
    { ports: [{ port: 443 }, { port: 80, protocol: "UDP" }] },
    {
      "f:ports": {
        'k:{"port":80,"protocol":"UDP"}': { ".": {}, "f:port": {}, "f:protocol": {} },
        'k:{"port":443,"protocol":"TCP"}': { ".": {}, "f:port": {} },
      },
    },
  ],
];
for (const [spec, fields] of owned)
  test(`the fields of ${JSON.stringify(spec)}, in the order in which they are stored`, () =>
    assert.equal(JSON.stringify(sorted(fieldsOf(Spec, spec))), JSON.stringify(fields)));

const writes: readonly (readonly [from: JsonObject, to: JsonObject, changed: FieldSet, removed: FieldSet])[] = [
  [{}, { replicas: 1 }, { "f:replicas": {} }, {}],
  [{ replicas: 1 }, { replicas: 2 }, { "f:replicas": {} }, {}],
  [{ replicas: 1 }, {}, {}, { "f:replicas": {} }],
  [{}, { labels: { a: "1" } }, { "f:labels": { ".": {}, "f:a": {} } }, {}],
  [{ labels: { a: "1" } }, { labels: { a: "1", b: "1" } }, { "f:labels": { "f:b": {} } }, {}],
  [{ labels: { a: "1" } }, {}, {}, { "f:labels": { ".": {}, "f:a": {} } }],
  [{ labels: { a: "1" } }, { labels: {} }, {}, { "f:labels": { "f:a": {} } }],
  [{}, { part: {} }, { "f:part": {} }, {}],
  [{ selector: { a: "1" } }, { selector: { a: "2" } }, { "f:selector": {} }, {}],
  [{ args: ["a"] }, { args: ["a", "b"] }, { "f:args": {} }, {}],
  [
    { finalizers: ["a"] },
    { finalizers: ["b"] },
    { "f:finalizers": { 'v:"b"': {} } },
    { "f:finalizers": { 'v:"a"': {} } },
  ],
  [
    { ports: [port(80), port(81)] },
    { ports: [port(81), port(80, "web")] },
    { "f:ports": { [p80]: { "f:name": {} } } },
    {},
  ],
  [{ ports: [port(80), port(80)] }, { ports: [port(80), port(80, "x")] }, { "f:ports": { [p80]: {} } }, {}],
];
for (const [from, to, changed, removed] of writes)
  test(`what changes from ${JSON.stringify(from)} to ${JSON.stringify(to)}`, () =>
    assert.deepEqual(changesBetween(Spec, { from, to }, new Set()), { changed, removed }));

const a: FieldSet = { "f:a": { ".": {}, "f:b": {} }, "f:c": {} };
const b: FieldSet = { "f:a": {}, "f:d": {} };
test("sets are joined, lessened and held against each other field by field", () => {
  assert.deepEqual(union(a, b), { "f:a": { ".": {}, "f:b": {} }, "f:c": {}, "f:d": {} });
  assert.deepEqual(minus(a, b), { "f:a": { "f:b": {} }, "f:c": {} });
  assert.deepEqual(minus(b, a), { "f:d": {} });
  assert.deepEqual(intersection(a, b), { "f:a": {} });
  assert.equal(minus(a, { "f:z": {} }), a, "the very set, where nothing goes");
  assert.deepEqual(pathsOf(a).map(showPath), [".a", ".c", ".a.b"]);
  assert.equal(showPath(["f:spec", p80, 'v:"x"', "i:0"]), '.spec[port=80,protocol="TCP"][="x"][0]');
});

const writer = (manager: string) => ({ manager, apiVersion: "v1", subresource: "", time: "2026-01-01T00:00:00Z" });
const thing = (spec: JsonObject) => ({ apiVersion: "v1", kind: "Thing", spec });

/** What is left of `live` and whose it is, after each of those has applied in turn. */
type Turn = readonly [who: string, spec: JsonObject, force?: "force"];
function inTurn(...turns: readonly Turn[]): unknown {
  let live: JsonObject | undefined;
  let entries: readonly ManagedFields[] = [];
  for (const [who, spec, force] of turns) {
    const outcome: Applied = applied(
      things,
      { live, entries },
      { writer: writer(who), document: thing(spec), ignored: new Set(), isForced: force !== undefined, yielding: {} },
    );
    if (outcome.kind === "mismatch") return outcome.message;
    if (outcome.kind === "conflicts") return conflictMessage(outcome.conflicts);
    live = outcome.object;
    entries = outcome.entries;
  }
  return live?.spec;
}

const turns: readonly (readonly [name: string, result: unknown, ...each: readonly Turn[]])[] = [
  [
    "a field given up goes",
    { labels: { b: "1" } },
    ["x", { labels: { a: "1", b: "1" } }],
    ["x", { labels: { b: "1" } }],
  ],
  [
    "a field given up stays where another wants it too",
    { labels: { a: "1" } },
    ["x", { labels: { a: "1" } }],
    ["y", { labels: { a: "1" } }],
    ["x", {}],
  ],
  [
    "who has it all, and gives it up, leaves what others have put into it",
    { part: { b: "1" } },
    ["x", { part: { a: "1" } }],
    ["y", { part: { b: "1" } }],
    ["x", {}],
  ],
  [
    "a list is kept in the order of who applies it; what others add stays where it stood",
    { ports: [port(2), port(3), port(1)] },
    ["x", { ports: [port(1), port(2)] }],
    ["y", { ports: [port(3)] }],
    ["x", { ports: [port(1), port(2)] }],
    ["y", { ports: [port(3), port(1)] }],
  ],
  [
    "an entry goes with all that it held",
    { ports: [port(2)] },
    ["x", { ports: [port(1, "a"), port(2)] }],
    ["x", { ports: [port(2)] }],
  ],
  [
    "an entry stays with what others have set in it",
    { ports: [{ port: 1, name: "a" }] },
    ["x", { ports: [port(1)] }],
    ["y", { ports: [{ port: 1, name: "a" }] }],
    ["x", {}],
  ],
  [
    "values of a set are each somebody's",
    { finalizers: ["b"] },
    ["x", { finalizers: ["a"] }],
    ["y", { finalizers: ["b"] }],
    ["x", {}],
  ],
  [
    "what is one thing is a conflict as one",
    'Apply failed with 1 conflict: conflict with "x": .spec.whole',
    ["x", { whole: { a: "1" } }],
    ["y", { whole: { b: "1" } }],
  ],
  [
    "a forced conflict takes the field away from the other, who then can't remove it",
    { replicas: 2 },
    ["x", { replicas: 1 }],
    ["y", { replicas: 2 }, "force"],
    ["x", {}],
  ],
  ["null takes a value away", {}, ["x", { replicas: 1 }], ["x", { replicas: null }]],
];
for (const [name, result, ...each] of turns)
  test(`applied in turn: ${name}`, () => {
    const left = inTurn(...each);
    assert.deepEqual(typeof left === "string" ? left : (JSON.parse(JSON.stringify(left), withoutNull) ?? {}), result);
  });
const withoutNull = (_: string, value: unknown): unknown => (value === null ? undefined : value);

test("an update takes from others what it changes, and from everybody what it removes", () => {
  const before: readonly ManagedFields[] = [
    {
      manager: "x",
      operation: "Apply",
      apiVersion: "v1",
      fieldsType: "FieldsV1",
      fieldsV1: { "f:spec": { "f:replicas": {}, "f:args": {} } },
    },
  ];
  const written = { from: thing({ replicas: 1, args: ["a"] }), to: thing({ replicas: 2 }), ignored: new Set<string>() };
  assert.deepEqual(afterUpdate(things, before, { writer: writer("y"), written }), [
    {
      manager: "y",
      operation: "Update",
      apiVersion: "v1",
      time: "2026-01-01T00:00:00Z",
      fieldsType: "FieldsV1",
      fieldsV1: { "f:spec": { "f:replicas": {} } },
    },
  ]);
});

test("the oldest updates of a version become one", () => {
  const entries = [...Array(12)].map((_, i) => ({
    manager: `m${i}`,
    operation: "Update",
    apiVersion: i % 2 === 0 ? "v1" : "v2",
    time: `2026-01-01T00:00:${10 + i}Z`,
    fieldsV1: { [`f:${i}`]: {} },
  }));
  const left = capped(entries);
  assert.equal(left.length, 10);
  assert.deepEqual(
    left
      .filter(({ manager }) => manager === "ancient-changes")
      .map(({ apiVersion, fieldsV1, time }) => [apiVersion, fieldsV1, time]),
    [
      ["v1", { "f:0": {}, "f:2": {} }, "2026-01-01T00:00:12Z"],
      ["v2", { "f:1": {}, "f:3": {} }, "2026-01-01T00:00:13Z"],
    ],
  );
});

const untyped: readonly (readonly [spec: unknown, trouble: string | undefined])[] = [
  [{ replicas: 1, labels: null, ports: [{ port: 1 }] }, undefined],
  [{ replica: 1 }, ".spec.replica: field not declared in schema"],
  [{ replicas: "1" }, ".spec.replicas: expected numeric (int or float), got string"],
  [{ labels: { a: 1 } }, ".spec.labels.a: expected string, got &value.valueUnstructured{Value:1}"],
  [{ labels: ["a"] }, ".spec.labels: expected map, got &{[a]}"],
  [{ ports: { port: 1 } }, ".spec.ports: expected list, got &{map[port:1]}"],
  [
    { ports: [{ name: "a" }] },
    '.spec.ports: element 0: associative list with keys has an element that omits key field "port" (and doesn\'t have default value)',
  ],
  [{ ports: [{ port: 1 }, { port: 1 }] }, '.spec.ports: duplicate entries for key [port=1,protocol="TCP"]'],
  [{ ports: [null] }, ".spec.ports: element 0: associative list with keys may not have a null element"],
  [{ finalizers: ["a", "a"] }, '.spec.finalizers: duplicate entries for key [="a"]'],
  [{ x: 1, y: 1 }, "errors:\n  .spec.x: field not declared in schema\n  .spec.y: field not declared in schema"],
];
for (const [spec, trouble] of untyped)
  test(`a document with ${JSON.stringify(spec)} is ${trouble === undefined ? "good" : "refused"}`, () =>
    assert.equal(documentTrouble(Thing, { spec }), trouble));
