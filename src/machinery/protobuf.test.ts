import assert from "node:assert/strict";
import test from "node:test";
import { read } from "./decode.ts";
import { openEnvelope, sealEnvelope, sealedList, watchFrame } from "./envelope.ts";
import { Garbled } from "./protobuf/reader.ts";
import { decodeProtobuf, encodeProtobuf } from "./protobuf.ts";
import * as s from "./schema.ts";

const pointer = { zero: "counts" } as const;

class Inner extends s.object("t.Inner", { text: s.optional(1, s.string) }) {}
class Thing extends s.object("t.Thing", {
  wide: s.optional(20, s.boolean, pointer),
  name: s.optional(1, s.string, pointer),
  number: s.optional(3, s.int64(), pointer),
  numbers: s.optional(4, s.list(s.int32())),
  labels: s.optional(5, s.map(s.string)),
  port: s.optional(6, s.intOrString, pointer),
  since: s.optional(7, s.time),
  size: s.optional(8, s.quantity),
  noted: s.optional(9, s.microTime),
  inner: s.optional(10, Inner),
}) {}
/** Where Go holds no pointers. */
class Plain extends s.object("t.Plain", {
  text: s.optional(1, s.string),
  ...s.inlined(2, { path: s.optional(1, s.string), inner: s.optional(4, Inner) }),
  wide: s.optional(3, s.boolean),
  number: s.optional(4, s.int32()),
  port: s.optional(5, s.intOrString),
  made: s.assigned(6, s.time),
  choice: s.optional(7, s.oneOf("a", "b")),
}) {}

/** Bytes as people write them: `0a 01 61`. */
const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex.replaceAll(" ", ""));

const wire: readonly (readonly [what: string, hex: string, value: object])[] = [
  ["a text", "0a 01 61", { name: "a" }],
  ["a negative number", "18 ff ff ff ff ff ff ff ff ff 01", { number: -1 }],
  ["a zero that counts", "18 00", { number: 0 }],
  ["numbers one by one", "20 01 20 02", { numbers: [1, 2] }],
  ["pairs, by their keys", "2a 06 0a 01 6a 12 01 76 2a 05 0a 01 6b 12 00", { labels: { k: "", j: "v" } }],
  ["a port's number", "32 06 08 00 10 50 1a 00", { port: 80 }],
  ["a port's name", "32 08 08 01 10 00 1a 02 77 62", { port: "wb" }],
  ["a moment", "3a 04 08 3c 10 00", { since: "1970-01-01T00:01:00Z" }],
  ["a moment with a fraction", "4a 06 08 3c 10 c0 84 3d", { noted: "1970-01-01T00:01:00.001000Z" }],
  ["a struct", "52 03 0a 01 62", { inner: { text: "b" } }],
  ["an amount", "42 03 0a 01 32", { size: "2" }],
  ["a tag of two bytes", "a0 01 01", { wide: true }],
];
for (const [what, hex, value] of wire)
  test(`protobuf: ${what} is ${hex}`, () => {
    assert.deepEqual(decodeProtobuf(Thing, bytes(hex)), value);
    assert.equal(encodeProtobuf(Thing, value).toHex(), bytes(hex).toHex());
  });

test("protobuf: fields come in the order of their numbers", () =>
  assert.equal(encodeProtobuf(Thing, { wide: false, number: 300, name: "a" }).toHex(), "0a016118ac02a00100"));

test("protobuf: where Go holds no pointer, zero is written for what is absent", () => {
  const zeros = bytes("0a 00 12 02 0a 00 18 00 20 00 2a 06 08 00 10 00 1a 00 32 00 3a 00");
  assert.equal(encodeProtobuf(Plain, {}).toHex(), zeros.toHex());
  const some = bytes("0a 00 12 08 0a 01 2f 22 03 0a 01 62 18 01 20 00 2a 06 08 00 10 00 1a 00 32 00 3a 01 62");
  const value = { path: "/", inner: { text: "b" }, wide: true, choice: "b" };
  assert.equal(encodeProtobuf(Plain, value).toHex(), some.toHex());
  assert.deepEqual(read(Plain, decodeProtobuf(Plain, some)), { kind: "read", object: value, unknown: [] });
});

test("protobuf: numbers may come in one stretch, a zero moment is none, unknown numbers are passed over", () => {
  assert.deepEqual(decodeProtobuf(Thing, bytes("22 03 01 ac 02")), { numbers: [1, 300] });
  assert.deepEqual(decodeProtobuf(Thing, bytes("3a 00")), {});
  assert.deepEqual(decodeProtobuf(Thing, bytes("f8 07 05 fa 07 02 61 62 0a 01 61")), { name: "a" });
});

for (const hex of [
  "0a",
  "0a 05 61",
  "0b",
  "0a ff ff ff ff ff ff ff ff ff 01 61",
  "18 ff ff ff ff ff ff ff ff ff ff 01",
])
  test(`protobuf: ${hex} is no message`, () => assert.throws(() => decodeProtobuf(Thing, bytes(hex)), Garbled));

test("an envelope tells what it holds; bytes without its first four are none", () => {
  const opened = openEnvelope(bytes("6b 38 73 00 0a 0d 0a 02 76 31 12 07 53 65 72 76 69 63 65 12 03 0a 01 61"));
  assert.deepEqual(opened, { apiVersion: "v1", kind: "Service", raw: bytes("0a 01 61") });
  assert.throws(() => openEnvelope(bytes("0a 01 61")), Garbled);
});

test("an envelope is sealed as Go seals it, with what it leaves open", () =>
  assert.equal(
    sealEnvelope({ apiVersion: "v1", kind: "Pod", raw: bytes("0a 01 61") }).toHex(),
    bytes("6b 38 73 00 0a 09 0a 02 76 31 12 03 50 6f 64 12 03 0a 01 61 1a 00 22 00").toHex(),
  ));

test("a list says where it ends, and holds its items as they are", () => {
  const named = { apiVersion: "v1", kind: "PodList" };
  const raw = bytes("0a 07 0a 00 12 01 37 1a 00 12 03 0a 01 61 12 00");
  const parts = sealedList({ ...named, metadata: { resourceVersion: "7" } }, [bytes("0a 01 61"), bytes("")]);
  assert.equal(Buffer.concat([...parts]).toHex(), sealEnvelope({ ...named, raw }).toHex());
});

test("an event of a watch says first how long it is", () =>
  assert.equal(
    watchFrame("ADDED", bytes("6b 38 73 00")).toHex(),
    bytes("00 00 00 0f 0a 05 41 44 44 45 44 12 06 0a 04 6b 38 73 00").toHex(),
  ));
