import assert from "node:assert/strict";
import test from "node:test";
import { readYaml } from "./yaml-reader.ts";

const limits = { levels: 100, characters: 10_000 };

for (const [name, text, value] of [
  ["mappings, lists and scalars", "a: {b: [1, yes, 'yes', ~]}\n", { a: { b: [1, true, "yes", null] } }],
  ["texts of several lines", "a: |\n  x\n  y\nb: >-\n  z\n  w\n", { a: "x\ny\n", b: "z w" }],
  ["keys that are no texts", "80: a\nyes: b\n", { "80": "a", true: "b" }],
  ["keys that JavaScript knows", "constructor: a\ntoString: b\n", JSON.parse('{"constructor":"a","toString":"b"}')],
  ["tags that say a type", "a: !!str 5\nb: !!int '5'\n", { a: "5", b: 5 }],
  ["tags of programming languages", "a: !!js/function 'x'\nb: !ruby/object {c: d}\n", { a: "x", b: { c: "d" } }],
  ["aliases", "a: &x [1]\nb: *x\n", { a: [1], b: [1] }],
  ["an anchor that is set anew", "a: &x 1\nb: *x\nc: &x 2\nd: *x\n", { a: 1, b: 1, c: 2, d: 2 }],
  [
    "merges: the first counts, and what is written out before all",
    "a: &a {p: 1, q: 1}\nb: &b {q: 2, r: 2}\nc: {<<: [*a, *b], p: 3}\n",
    { a: { p: 1, q: 1 }, b: { q: 2, r: 2 }, c: { p: 3, q: 1, r: 2 } },
  ],
  ["nothing", "", null],
] as const)
  test(`YAML of ${name}`, () => assert.deepEqual(readYaml(text, limits), { value, doubled: [] }));

test("keys that stand twice are told with their lines, and the last counts", () =>
  assert.deepEqual(readYaml("a: 1\na: 2\nb: {c: 1, c: 3}\n", limits), {
    value: { a: 2, b: { c: 3 } },
    doubled: ['line 2: key "a" already set in map', 'line 3: key "c" already set in map'],
  }));

test("a key __proto__ is a key", () => {
  const { value } = readYaml("__proto__: {polluted: yes}\n", limits);
  assert.equal(JSON.stringify(value), '{"__proto__":{"polluted":true}}');
  assert.equal(Reflect.get({}, "polluted"), undefined);
});

const laughs = [..."bcdefghi"].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghi"[i]}`).join(",")}]`);
const wide = Array.from({ length: 100 }, (_, i) => `k${i}: 1`).join(", ");
for (const [name, text, why] of [
  [
    "aliases of aliases of aliases",
    `a: &a [1,1,1,1,1,1,1,1,1]\n${laughs.join("\n")}\n`,
    /^document contains excessive aliasing$/,
  ],
  ["a mapping that is merged without end", `a: &a {${wide}}\nb:\n${"- {<<: *a}\n".repeat(2000)}`, /excessive aliasing/],
  ["a long text that stands for many", `a: &a ${"x".repeat(1000)}\nb:\n${"- *a\n".repeat(100)}`, /excessive aliasing/],
  ["an anchor within itself", "a: &a [*a]\n", /^anchor 'a' value contains itself$/],
  ["an alias of nothing", "a: *b\n", /^unknown anchor 'b' referenced$/],
  ["lists that nest too deep", `${"[".repeat(101)}${"]".repeat(101)}`, /^exceeded max depth of 100$/],
  ["lists that nest too deep for the parser", "- ".repeat(50_000), /^exceeded max depth of 100$/],
  ["a number that JSON hasn't", "a: .inf\n", /^unsupported value: \.inf$/],
  ["a key that is a list", "? [a]\n: b\n", /^unsupported map key: \["a"\]$/],
  ["a merge of a number", "a: {<<: 1}\n", /^map merge requires map or sequence of maps as the value$/],
  ["a list without an end", "a:\n- [b\n", /^line \d: /],
] as const)
  test(`YAML with ${name} is refused`, () =>
    assert.throws(() => readYaml(text, limits), { name: "Error", message: why }));
