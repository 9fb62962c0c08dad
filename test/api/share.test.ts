import assert from "node:assert/strict";
import test from "node:test";
import { shares } from "#api/portolan/share.ts";
import { told } from "./told.ts";

const metadata = { creationTimestamp: "2026-01-01T00:00:00Z" };
const spec = { service: "web", port: "http", tokenHash: "0".repeat(64), expires: "2026-01-01T01:00:00Z" };

const cases: readonly (readonly [name: string, change: object, messages: readonly string[]])[] = [
  ["a named port", {}, []],
  ["a numbered one", { port: 80 }, []],
  ["no Service", { service: "" }, ["spec.service: Required value: the Service that the link opens"]],
  [
    "no digest",
    { tokenHash: "secret" },
    ['spec.tokenHash: Invalid value: "secret": must be a SHA-256 in 64 hexadecimal digits'],
  ],
  [
    "for ever",
    { expires: "2036-01-01T00:00:00Z" },
    ['spec.expires: Invalid value: "2036-01-01T00:00:00Z": must be at most 30 days after the link is made'],
  ],
  ["a port out of range", { port: 0 }, ["spec.port: Invalid value: 0: must be between 1 and 65535, inclusive"]],
];
for (const [name, change, messages] of cases)
  test(`a link: ${name}`, () => {
    assert.deepEqual(
      told(shares, { metadata: { name: "x", namespace: "default", ...metadata }, spec: { ...spec, ...change } }),
      messages,
    );
  });
