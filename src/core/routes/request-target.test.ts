import assert from "node:assert/strict";
import { test } from "node:test";
import { quickest } from "../../../test/harness/quickest.ts";
import { NORMAL_TARGET, normalHost, normalTarget } from "./request-target.ts";
import { hostSpecimens, targetSpecimens } from "./target-specimens.ts";

const shown = (raw: string): string => {
  const target = normalTarget(raw);
  if (target.kind === "refused") return `400 ${target.because}`;
  return target.query === undefined ? target.path : `${target.path}?${target.query}`;
};

for (const [raw, expected] of targetSpecimens) {
  test(`the target ${JSON.stringify(raw)} is ${expected}`, () => assert.equal(shown(raw), expected));
}

for (const [raw, expected] of hostSpecimens) {
  test(`the host ${JSON.stringify(raw)} is ${expected}`, () => assert.equal(normalHost(raw) ?? "400", expected));
}

test("the normal form of a normal form is itself", () => {
  for (const [raw] of targetSpecimens) {
    const once = shown(raw);
    if (!once.startsWith("400")) assert.equal(shown(once), once);
  }
});

test("what is said to be in its normal form already is", () => {
  const all = targetSpecimens.map(([raw]) => raw);
  const said = [...all, ...all.map((raw) => `${raw}?a=%2e/..//`), ...all.map((raw) => `${raw}\n`)].filter((raw) =>
    new RegExp(NORMAL_TARGET).test(raw),
  );
  for (const raw of said.filter((one) => one.startsWith("/"))) assert.equal(shown(raw), raw);
  for (const raw of ["/", "/a/b", "/a/b/", "/a..b/c.", "/?x", "/a;x=1,y/b", "/a?/../%"]) {
    assert.ok(new RegExp(NORMAL_TARGET).test(raw), raw);
  }
  for (const raw of ["/a?", "/a//b", "/a/.b", "/%41", "//", "/a/..", "/a\\b", "*", "http:///x", "/a?b#"]) {
    assert.ok(!new RegExp(NORMAL_TARGET).test(raw), raw);
  }
});

test("an absolute form tells its authority", () => {
  const target = normalTarget("http://Shop.Example:8080/x?y");
  assert.deepEqual(target, { kind: "target", path: "/x", query: "y", authority: "Shop.Example:8080" });
});

test("a target of 8 KiB takes less than 10 ms, whatever is in it", () => {
  for (const piece of ["/", "/a", "a", ".", "/.", "/..", "%41", "%", "a/", "~/"]) {
    const raw = `/${piece.repeat(8192 / piece.length)}"`;
    assert.ok(quickest(() => normalTarget(raw)) < 10, piece);
    assert.ok(quickest(() => new RegExp(NORMAL_TARGET).test(raw)) < 10, piece);
  }
});
