import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../test/harness/seeded.ts";
import { readClientHello } from "./tls-hello.ts";

const sized = (lengthBytes: number, content: readonly number[]): readonly number[] => [
  ...Array.from({ length: lengthBytes }, (_, i) => (content.length >> (8 * (lengthBytes - 1 - i))) & 255),
  ...content,
];
const text = (value: string): readonly number[] => Array.from(value, (character) => character.charCodeAt(0));
const serverName = (name: string): readonly number[] => [0, 0, ...sized(2, sized(2, [0, ...sized(2, text(name))]))];
const alpn = [0, 16, ...sized(2, sized(2, sized(1, text("h2"))))];
const body = (extensions: readonly number[]): readonly number[] => [
  ...[3, 3],
  ...Array<number>(32).fill(7),
  ...sized(1, []),
  ...sized(2, [0x13, 0x01]),
  ...sized(1, [0]),
  ...sized(2, extensions),
];
const handshake = (content: readonly number[]): readonly number[] => [1, ...sized(3, content)];
const record = (content: readonly number[]): readonly number[] => [22, 3, 1, ...sized(2, content)];
const helloOf = (extensions: readonly number[]): readonly number[] => record(handshake(body(extensions)));

const cut = (content: readonly number[], at: number): readonly number[] => [
  ...record(content.slice(0, at)),
  ...record(content.slice(at)),
];

const cases: readonly { readonly name: string; readonly bytes: readonly number[]; readonly seen: string }[] = [
  { name: "a name", bytes: helloOf(serverName("Web.example")), seen: "web.example" },
  {
    name: "a name behind other extensions",
    bytes: helloOf([...alpn, ...serverName("web.example")]),
    seen: "web.example",
  },
  { name: "no name", bytes: helloOf(alpn), seen: "none" },
  { name: "two records", bytes: cut(handshake(body(serverName("web.example"))), 30), seen: "web.example" },
  { name: "a name with a line end", bytes: helloOf(serverName("web\n.example")), seen: "refused" },
  { name: "an empty name", bytes: helloOf(serverName("")), seen: "refused" },
  { name: "a list that is longer than its extension", bytes: helloOf([0, 0, 0, 3, 0, 9, 0]), seen: "refused" },
  { name: "an extension that is longer than all", bytes: helloOf([0, 0, 1, 0, 1]), seen: "refused" },
  { name: "another record", bytes: [23, 3, 1, 0, 1, 0], seen: "refused" },
  { name: "another message", bytes: record([2, 0, 0, 0]), seen: "refused" },
  { name: "a greeting of more than 16 KiB", bytes: record([1, 1, 0, 0]), seen: "refused" },
  { name: "a request", bytes: text("GET / HTTP/1.1\r\n"), seen: "refused" },
];

function show(bytes: readonly number[]): string {
  const hello = readClientHello(Uint8Array.from(bytes));
  return hello.kind === "hello" ? (hello.serverName ?? "none") : hello.kind;
}

for (const { name, bytes, seen } of cases) {
  test(`readClientHello: ${name}`, () => {
    assert.equal(show(bytes), seen);
    if (seen === "refused") return;
    for (let length = 0; length < bytes.length; length += 1)
      assert.equal(show(bytes.slice(0, length)), "more", `${length}`);
  });
}

test("readClientHello: records without end are not waited for", () => {
  const endless = Array.from({ length: 300 }, () => record([1, ...Array<number>(80).fill(0)])).flat();
  assert.equal(show(endless), "refused");
});

test("readClientHello: bytes changed at random never end in an exception", () => {
  const random = seeded(47);
  for (let round = 0; round < 3000; round += 1) {
    const bytes = [...helloOf([...alpn, ...serverName("web.example")])];
    for (let i = 0; i < 3; i += 1) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    assert.ok(show(bytes).length > 0);
  }
});
