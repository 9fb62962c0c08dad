import assert from "node:assert/strict";
import test from "node:test";
import { openEnvelope } from "./envelope.ts";
import { Garbled } from "./protobuf/reader.ts";
import { decodeProtobuf, encodeProtobuf } from "./protobuf.ts";
import * as s from "./schema.ts";

class Inner extends s.object("t.Inner", { text: s.optional(1, s.string) }) {}
class Thing extends s.object("t.Thing", {
  name: s.optional(1, s.string),
  ...s.inlined(2, { path: s.optional(1, s.string), inner: s.optional(4, Inner) }),
  number: s.optional(3, s.int64(), { zero: "counts" }),
  numbers: s.optional(4, s.list(s.int32())),
  labels: s.optional(5, s.map(s.string)),
  port: s.optional(6, s.intOrString),
  since: s.optional(7, s.time),
  size: s.optional(8, s.quantity),
  wide: s.optional(20, s.boolean),
}) {}

/** Bytes as people write them: `0a 01 61`. */
const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex.replaceAll(" ", ""));

const wire: readonly (readonly [what: string, hex: string, value: object])[] = [
  ["a text", "0a 01 61", { name: "a" }],
  ["a struct that JSON doesn't show", "12 08 0a 01 2f 22 03 0a 01 62", { path: "/", inner: { text: "b" } }],
  ["a negative number", "18 ff ff ff ff ff ff ff ff ff 01", { number: -1 }],
  ["a zero that counts", "18 00", { number: 0 }],
  ["numbers one by one", "20 01 20 02", { numbers: [1, 2] }],
  ["a pair", "2a 06 0a 01 6b 12 01 76", { labels: { k: "v" } }],
  ["a port's number", "32 04 08 00 10 50", { port: 80 }],
  ["a port's name", "32 08 08 01 10 00 1a 02 77 62", { port: "wb" }],
  ["a moment", "3a 02 08 3c", { since: "1970-01-01T00:01:00Z" }],
  ["an amount", "42 03 0a 01 32", { size: "2" }],
  ["a tag of two bytes", "a0 01 01", { wide: true }],
];
for (const [what, hex, value] of wire)
  test(`protobuf: ${what} is ${hex}`, () => {
    assert.deepEqual(decodeProtobuf(Thing, bytes(hex)), value);
    assert.equal(encodeProtobuf(Thing, value).toHex(), bytes(hex).toHex());
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
