import assert from "node:assert/strict";
import test from "node:test";
import { read, readObject } from "./decode.ts";
import * as s from "./schema.ts";

class Port extends s.object("io.k8s.api.test.v1.Port", {
  name: s.optional(1, s.string),
  protocol: s.defaulted(2, s.oneOf("TCP", "UDP"), "TCP"),
  port: s.required(3, s.int32()),
  target: s.optional(4, s.intOrString),
}) {}
class Spec extends s.object("io.k8s.api.test.v1.Spec", {
  ports: s.optional(1, s.list(Port)),
  labels: s.optional(2, s.map(s.string)),
  replicas: s.defaulted(3, s.int32(), 1, { zero: "counts" }),
  paused: s.optional(4, s.boolean),
  sure: s.optional(5, s.boolean, { zero: "counts" }),
  size: s.optional(6, s.quantity),
  since: s.optional(7, s.time),
  seen: s.optional(11, s.microTime),
  secret: s.optional(8, s.bytes),
  words: s.optional(9, s.list(s.string)),
  total: s.present(10, s.int32()),
}) {}
class Thing extends s.object("io.k8s.api.test.v1.Thing", { spec: s.required(2, Spec) }) {}

const spec = (json: unknown): unknown => {
  const result = read(Spec, json);
  return result.kind === "read" ? result.object : result.message;
};
const bare = { total: 0, replicas: 1 };

const good: readonly (readonly [name: string, given: object, kept: object])[] = [
  ["nothing gives the defaults, and zero for what is always shown", {}, bare],
  ["null is as good as absent", { ports: null, labels: null, replicas: null }, bare],
  ["zero that Go leaves out is gone", { ports: [], labels: {}, paused: false, words: [] }, bare],
  ["zero that counts stays", { replicas: 0, sure: false }, { ...bare, replicas: 0, sure: false }],
  [
    "entries get their defaults",
    { ports: [{ port: 80, name: "", protocol: "", target: 0 }] },
    { ...bare, ports: [{ port: 80, protocol: "TCP" }] },
  ],
  ["an entry that is null is an empty one", { ports: [null] }, { ...bare, ports: [{ port: 0, protocol: "TCP" }] }],
  [
    "a word that is null is empty",
    { words: ["a", null], labels: { a: null } },
    { ...bare, words: ["a", ""], labels: { a: "" } },
  ],
  ["an amount is written as Kubernetes writes it", { size: "0.5" }, { ...bare, size: "500m" }],
  ["an amount may be a number", { size: 1000 }, { ...bare, size: "1k" }],
  [
    "a time with a fraction or an offset is kept in whole seconds of UTC",
    { since: "2026-01-31T23:59:59.999+01:30" },
    { ...bare, since: "2026-01-31T22:29:59Z" },
  ],
  [
    "a time with microseconds has six digits of them",
    { seen: "2026-01-31T00:00:00.0000019-02:00" },
    { ...bare, seen: "2026-01-31T02:00:00.000001Z" },
  ],
];
for (const [name, given, kept] of good) test(`decode: ${name}`, () => assert.deepEqual(spec(given), kept));

const into = (field: string, type: string, struct = "Spec"): string =>
  `into Go struct field ${struct}.${field} of type ${type}`;
const mismatches: readonly (readonly [given: unknown, message: string])[] = [
  [{ ports: [{ port: "80" }] }, `json: cannot unmarshal string ${into("ports.port", "int32", "Port")}`],
  [{ ports: [{ port: 1.5 }] }, `json: cannot unmarshal number 1.5 ${into("ports.port", "int32", "Port")}`],
  [{ ports: [{ port: 2 ** 31 }] }, `json: cannot unmarshal number 2147483648 ${into("ports.port", "int32", "Port")}`],
  [{ ports: { port: 80 } }, `json: cannot unmarshal object ${into("ports", "[]v1.Port")}`],
  [{ ports: ["80"] }, `json: cannot unmarshal string ${into("ports", "v1.Port")}`],
  [{ labels: { a: 1 } }, `json: cannot unmarshal number ${into("labels", "string")}`],
  [{ labels: ["a"] }, `json: cannot unmarshal array ${into("labels", "map[string]string")}`],
  [{ paused: "yes" }, `json: cannot unmarshal string ${into("paused", "bool")}`],
  [{ size: "lots" }, "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
  [{ since: "today" }, 'parsing time "today" as "2006-01-02T15:04:05Z07:00": cannot parse "today" as "2006"'],
  [{ secret: "a*b" }, "illegal base64 data at input byte 1"],
  [[], "json: cannot unmarshal array into Go value of type v1.Spec"],
];
for (const [given, message] of mismatches)
  test(`decode refuses ${JSON.stringify(given)} in Go's words`, () => assert.equal(spec(given), message));

test("decode: a missing object is read as an empty one, so that what is missing in it can be told", () =>
  assert.deepEqual(readObject({ type: Thing }, { apiVersion: "test/v1", kind: "Thing" }), {
    kind: "read",
    object: { spec: bare },
    unknown: [],
  }));

test("decode: unknown fields are told with their paths, in the order of the document", () =>
  assert.deepEqual(
    read(Spec, { b: 1, ports: [{ port: 1 }, { port: 2, nodeport: 3 }], a: 2 }).kind === "read" &&
      Reflect.get(read(Spec, { b: 1, ports: [{ port: 1 }, { port: 2, nodeport: 3 }], a: 2 }), "unknown"),
    ['unknown field "b"', 'unknown field "ports[1].nodeport"', 'unknown field "a"'],
  ));

test("decode: what contains itself may nest, but not without end", () => {
  class Tree extends s.object("io.k8s.api.test.v1.Tree", {
    child: s.optional(
      1,
      s.lazy<unknown>((): s.AnyType => Tree),
    ),
    fields: s.optional(2, s.json),
  }) {}
  let tree: unknown = {};
  for (let i = 0; i < 20_000; i++) tree = { child: tree };
  assert.deepEqual(read(Tree, tree), { kind: "mismatch", message: "exceeded max depth" });
  assert.deepEqual(read(Tree, { fields: tree }), { kind: "mismatch", message: "exceeded max depth" });
  assert.equal(read(Tree, { child: { child: {} } }).kind, "read");
});
