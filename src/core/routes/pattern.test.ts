import assert from "node:assert/strict";
import { test } from "node:test";
import { compilePattern, type PatternUse, showPatternTrouble, troubleOfPattern } from "./pattern.ts";

const said = (source: string, use: PatternUse = "path"): string => {
  const trouble = troubleOfPattern(source, use);
  return trouble === undefined ? "served" : showPatternTrouble(source, trouble);
};

for (const source of [
  "/foo(/|$)(.*)",
  "/api/v[0-9]+/.*",
  "^/abc$",
  "/(.*)/x/(.*)$",
  "/([^/]+)/x/([^/]+)/y",
  "/(\\d+)/([a-z]{2,5})(?:/(.*))?",
  "/.*\\.(png|jpe?g|gif)$",
  "/[\\w-]+\\.js",
  "/(a|b){2}",
  "/.*?/x",
  "/x\\b",
]) {
  test(`the pattern ${source} is served`, () => assert.equal(said(source), "served"));
}

for (const { source, trouble } of [
  { source: "/(?!admin).*", trouble: /looks ahead or behind .* \(at character 3, / },
  { source: "/x(?<=y)", trouble: /looks ahead or behind/ },
  { source: "/(a)\\1", trouble: /refers back .*\(at character 5/ },
  { source: "/(?<v>x)", trouble: /names a group/ },
  { source: "(?i)/x", trouble: /switches case/ },
  { source: "/(a+)+$", trouble: /repeats a group more than 32 times/ },
  { source: "/(?:/[a-z]+)*", trouble: /repeats a group more than 32 times/ },
  { source: "/((a)|b){2}", trouble: /captures within a repeat/ },
  { source: "/(a?){2}", trouble: /repeats a group that may be empty/ },
  { source: "/a*a*!", trouble: /may take too long .*\(at character 2, "a\*a\*!"/ },
  { source: "/(.*)/x/(.*)/y", trouble: /may take too long/ },
  { source: `/${"a?".repeat(30)}!`, trouble: /may take too long/ },
  { source: `/${"(a|a)".repeat(30)}!`, trouble: /may take too long/ },
  { source: "/(?:(?:(?:abc){9}){9}){9}", trouble: /repeats a group more than 32 times/ },
  { source: "/[a-", trouble: /`\[` that is never closed/ },
  { source: "/[z-a]", trouble: /range in brackets/ },
  { source: "/[\\d-z]", trouble: /range in brackets/ },
  { source: "/[]x]", trouble: /`\[\]`/ },
  { source: "/[[:alpha:]]", trouble: /`\[` in brackets/ },
  { source: "/(x", trouble: /`\(` that is never closed \(at character 2/ },
  { source: "/x)", trouble: /`\)` that closes nothing/ },
  { source: "*", trouble: /repeats nothing/ },
  { source: "/a**", trouble: /repeats a repeat/ },
  { source: "/a++", trouble: /repeats a repeat/ },
  { source: "/^*", trouble: /repeats `\^`/ },
  { source: "/a{2,1}", trouble: /wrong order/ },
  { source: "/a{,2}", trouble: /`\{` that is no/ },
  { source: "/a{2000}", trouble: /more than 1000 times/ },
  { source: "/\\h", trouble: /`\\h`, which is not served/ },
  { source: "/x\\", trouble: /ends in a backslash/ },
  { source: "/ä", trouble: /no visible ASCII/ },
  { source: "/x\n", trouble: /no visible ASCII/ },
  { source: `${"(".repeat(30)}${")".repeat(30)}`, trouble: /more than 20 deep/ },
  { source: `/${"x".repeat(1024)}`, trouble: /longer than 1024 characters/ },
]) {
  test(`the pattern ${source.slice(0, 30)} is refused`, () => assert.match(said(source), trouble));
}

test("a path is matched from its start, without regard to case; a value as a whole", () => {
  assert.ok(compilePattern("/Foo|/bar", "path").test("/foox"));
  assert.ok(!compilePattern("/foo", "path").test("/x/foo"));
  assert.ok(compilePattern("a|bc", "value").test("bc"));
  assert.ok(!compilePattern("a|bc", "value").test("abc"));
  assert.ok(!compilePattern("a", "value").test("A"));
});

test("\\s is no no-break space, as in PCRE2; what is escaped twice is left alone", () => {
  assert.ok(!compilePattern("a\\sb", "value").test("a\u00a0b"));
  assert.ok(compilePattern("a\\sb", "value").test("a b"));
  assert.ok(compilePattern("a\\\\sb", "value").test("a\\sb"));
});
