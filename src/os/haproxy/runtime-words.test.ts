import assert from "node:assert/strict";
import { test } from "node:test";
import { isFit, versionOf } from "./program.ts";
import { runtimeCommand, Untellable, withPayload } from "./runtime-words.ts";

test("runtimeCommand: words can't become further words, commands or payloads", () => {
  assert.equal(runtimeCommand("set", "map", "a b;c", "<<", 'q"\\'), 'set map a\\ b\\;c \\<\\< q\\"\\\\');
});

for (const word of ["", "a\nb", "a\rb", "a\0b", "\u0085"]) {
  test(`runtimeCommand: ${JSON.stringify(word)} is refused`, () =>
    assert.throws(() => runtimeCommand("set", word), Untellable));
}

test("withPayload: ends at its first empty line and has none before it", () => {
  assert.equal(withPayload("set ssl cert a.pem", "ONE\n\n\r\nTWO\r\n\n"), "set ssl cert a.pem <<\nONE\nTWO\n");
});

const versions = [
  { text: "HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/\n", version: "2.6.12", fit: true },
  { text: "HAProxy version 3.0-dev1 2024/01/06\n", version: "3.0", fit: true },
  { text: "HAProxy version 2.5.14\n", version: "2.5.14", fit: false },
  { text: "HA-Proxy version 1.8.19\n", version: "1.8.19", fit: false },
];
for (const { text, version, fit } of versions) {
  test(`HAProxy ${version} is ${fit ? "" : "not "}new enough`, () => {
    assert.equal(versionOf(text), version);
    assert.equal(isFit(version), fit);
  });
}
