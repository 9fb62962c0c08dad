import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../test/harness/seeded.ts";
import { mustIp } from "./ip.ts";
import { type ProxyHeader, readProxyHeader, writeProxyHeader } from "./proxy-header.ts";

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const signature = "\r\n\r\n\0\r\nQUIT\n";
const v2 = (head: string, body: string): Uint8Array =>
  bytesOf(`${signature}${head}${String.fromCharCode(body.length >> 8, body.length & 255)}${body}`);
const v4Body = "\xcb\x00\x71\x07\x0a\x00\x00\x01\x9c\x40\x01\xbb";

function show(header: ProxyHeader): string {
  if (header.kind === "more" || header.kind === "refused") return header.kind;
  if (header.kind === "local") return `local ${header.bytes}`;
  const { source, sourcePort, destination, destinationPort } = header.connection;
  return `${source.text} ${sourcePort} -> ${destination.text} ${destinationPort}, ${header.bytes}`;
}

const cases: readonly { readonly name: string; readonly bytes: Uint8Array; readonly seen: string }[] = [
  {
    name: "v1 of IPv4",
    bytes: bytesOf("PROXY TCP4 203.0.113.7 10.0.0.1 40000 443\r\n"),
    seen: "203.0.113.7 40000 -> 10.0.0.1 443, 43",
  },
  {
    name: "v1 of IPv6",
    bytes: bytesOf("PROXY TCP6 2001:db8::7 fd00::1 40000 443\r\n"),
    seen: "2001:db8::7 40000 -> fd00::1 443, 42",
  },
  { name: "v1 of nobody", bytes: bytesOf("PROXY UNKNOWN\r\n"), seen: "local 15" },
  { name: "v1 of another family", bytes: bytesOf("PROXY TCP4 2001:db8::7 fd00::1 40000 443\r\n"), seen: "refused" },
  {
    name: "v1 with a port that is none",
    bytes: bytesOf("PROXY TCP4 203.0.113.7 10.0.0.1 70000 443\r\n"),
    seen: "refused",
  },
  {
    name: "v1 with a bare LF",
    bytes: bytesOf(`PROXY TCP4 203.0.113.7 10.0.0.1 1 443\n${"x".repeat(100)}`),
    seen: "refused",
  },
  { name: "v1 without an end", bytes: bytesOf(`PROXY TCP4 ${"1".repeat(200)}`), seen: "refused" },
  { name: "v2 of IPv4", bytes: v2("\x21\x11", v4Body), seen: "203.0.113.7 40000 -> 10.0.0.1 443, 28" },
  {
    name: "v2 with a field",
    bytes: v2("\x21\x11", `${v4Body}\x04\x00\x02ab`),
    seen: "203.0.113.7 40000 -> 10.0.0.1 443, 33",
  },
  { name: "v2 with a field that is too long", bytes: v2("\x21\x11", `${v4Body}\x04\x00\x09ab`), seen: "refused" },
  { name: "v2 with a field that is cut", bytes: v2("\x21\x11", `${v4Body}\x04\x00`), seen: "refused" },
  { name: "v2 that has less than addresses", bytes: v2("\x21\x11", v4Body.slice(0, 8)), seen: "refused" },
  { name: "v2 of the proxy itself", bytes: v2("\x20\x00", ""), seen: "local 16" },
  { name: "v2 of a unix socket", bytes: v2("\x21\x31", "\0".repeat(216)), seen: "local 232" },
  { name: "v2 of another version", bytes: v2("\x31\x11", v4Body), seen: "refused" },
  { name: "v2 of another command", bytes: v2("\x22\x11", v4Body), seen: "refused" },
  { name: "v2 that is endless", bytes: bytesOf(`${signature}\x21\x11\xff\xff`), seen: "refused" },
  { name: "a request", bytes: bytesOf("GET / HTTP/1.1\r\n"), seen: "refused" },
  { name: "POST, which begins like PROXY", bytes: bytesOf("POST / HTTP/1.1\r\n"), seen: "refused" },
];
for (const { name, bytes, seen } of cases) {
  test(`readProxyHeader: ${name}`, () => {
    assert.equal(show(readProxyHeader(bytes)), seen);
    if (seen === "refused") return;
    for (let length = 0; length < bytes.length; length += 1) {
      assert.equal(show(readProxyHeader(bytes.subarray(0, length))), "more", `${length} bytes`);
    }
  });
}

for (const version of ["v1", "v2"] as const) {
  for (const [source, destination] of [
    ["203.0.113.7", "10.0.0.1"],
    ["2001:db8::7", "fd00::1"],
    ["203.0.113.7", "fd00::1"],
  ] as const) {
    test(`writeProxyHeader: ${version}, from ${source} to ${destination}, is read as it was`, () => {
      const connection = {
        source: mustIp(source),
        sourcePort: 40000,
        destination: mustIp(destination),
        destinationPort: 443,
      };
      const bytes = writeProxyHeader(version, connection);
      const shown =
        source.includes(":") === destination.includes(":")
          ? source
          : `::ffff:${source === "203.0.113.7" ? "cb00:7107" : source}`;
      assert.equal(show(readProxyHeader(bytes)), `${shown} 40000 -> ${destination} 443, ${bytes.length}`);
    });
  }
}

test("readProxyHeader: bytes changed at random never end in an exception", () => {
  const random = seeded(46);
  for (let round = 0; round < 3000; round += 1) {
    const bytes = v2("\x21\x21", `${"\x20\x01".repeat(18)}\x04\x00\x02ab`);
    for (let i = 0; i < 3; i += 1) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    const header = readProxyHeader(bytes);
    if ("bytes" in header) assert.ok(header.bytes <= bytes.length);
  }
});
