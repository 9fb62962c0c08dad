import assert from "node:assert/strict";
import { test } from "node:test";
import { endOf, refreshAt, wantedTokens } from "./projected-tokens.ts";
import { podOf } from "./specimens.ts";

const hour = 3600;
for (const { lifeSeconds, random, after } of [
  { lifeSeconds: 600, random: 0, after: 480 },
  { lifeSeconds: 600, random: 0.5, after: 475 },
  { lifeSeconds: 40, random: 0.5, after: 30 },
  { lifeSeconds: 24 * hour, random: 0, after: 19.2 * hour },
  { lifeSeconds: 365 * 24 * hour, random: 0, after: 24 * hour },
  { lifeSeconds: 0, random: 0.9, after: 1 },
])
  test(`a token for ${lifeSeconds} s is replaced after ${after} s where chance says ${random}`, () =>
    assert.equal(refreshAt({ text: "t", askedAt: 7000, lifeSeconds }, random), 7000 + after * 1000));

test("a token ends by the clock of whoever asked for it", () =>
  assert.equal(endOf({ text: "t", askedAt: 7000, lifeSeconds: 600 }), 607_000));

test("what several volumes show is asked for once; another audience or life is another token", () => {
  const projected = (...wanted: readonly object[]) => ({
    projected: {
      defaultMode: 0o644,
      sources: wanted.map((one) => ({ serviceAccountToken: { expirationSeconds: 3607, path: "token", ...one } })),
    },
  });
  const volumes = [
    { name: "a", ...projected({}, { path: "vault", audience: "vault" }) },
    { name: "b", ...projected({}, { path: "short", expirationSeconds: 600 }) },
    { name: "c", emptyDir: {} },
  ];
  assert.deepEqual(
    [...wantedTokens(podOf({ spec: { volumes } })).values()],
    [
      { audience: "", expirationSeconds: 3607 },
      { audience: "vault", expirationSeconds: 3607 },
      { audience: "", expirationSeconds: 600 },
    ],
  );
});
