import assert from "node:assert/strict";
import test from "node:test";
import { parseFieldSelector, parseLabelSelector } from "./selector-text.ts";
import { matchesFields, matchesLabels, selectorOf, showLabelSelector } from "./selectors.ts";

const labels = { app: "web", tier: "front", version: "3" };
const cases: readonly (readonly [text: string, matches: boolean, shown: string])[] = [
  ["", true, ""],
  ["app=web", true, "app=web"],
  ["app==web, tier != back", true, "app==web,tier!=back"],
  ["tier in (front, back),app", true, "app,tier in (back,front)"],
  ["tier notin (front)", false, "tier notin (front)"],
  ["!app", false, "!app"],
  ["! gone", true, "!gone"],
  ["gone!=x", true, "gone!=x"],
  ["gone notin (x)", true, "gone notin (x)"],
  ["gone=", false, "gone="],
  ["version>2,version<4", true, "version>2,version<4"],
  ["app in ()", false, "app in ()"],
  ["constructor", false, "constructor"],
];
for (const [text, matches, shown] of cases)
  test(`label selector ${JSON.stringify(text)}`, () => {
    const parsed = parseLabelSelector(text);
    assert(parsed.kind === "parsed");
    assert.equal(matchesLabels(parsed.selector, labels), matches);
    assert.equal(showLabelSelector(parsed.selector), shown);
  });

for (const text of [
  "=a",
  "a in b",
  "a in (b",
  "a b",
  "a=b,",
  "a=b c",
  "a=(b)",
  "A B=c",
  "-a=b",
  "a=b b",
  "x>y",
  `a=${"b".repeat(64)}`,
  "a,".repeat(60_000),
  "a in (b))",
  "!",
  "a constructor b",
])
  test(`no label selector: ${text.slice(0, 20)}`, () => {
    const parsed = parseLabelSelector(text);
    assert(parsed.kind === "refused");
    assert.match(parsed.message, /^(unable to parse requirement: |found '|selector is longer)/);
  });

// Go's parser says more of what stands within a requirement than of what stands between two.
for (const [text, message] of [
  ["==", "found '==', expected: !, identifier, or 'end of string'"],
  ["a,,b", "found ',', expected: identifier after ','"],
  ["a=b,", "found '', expected: identifier after ','"],
  ["a=b c", "found 'c', expected: ',' or 'end of string'"],
  ["!", "unable to parse requirement: found '', expected: identifier"],
  ["a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
] as const)
  test(`what is wrong with the label selector ${text}`, () =>
    assert.deepEqual(parseLabelSelector(text), { kind: "refused", message }));

test("field selectors read and match", () => {
  const parsed = parseFieldSelector("spec.nodeName=node-1,status.phase!=Failed,metadata.name==a\\,b\\=c");
  assert(parsed.kind === "parsed");
  const fields = new Map([
    ["spec.nodeName", "node-1"],
    ["status.phase", "Running"],
    ["metadata.name", "a,b=c"],
  ]);
  assert.equal(
    matchesFields(parsed.selector, (field) => fields.get(field) ?? ""),
    true,
  );
  assert.equal(
    matchesFields(parsed.selector, () => ""),
    false,
  );
  assert.deepEqual(parseFieldSelector("spec.nodeName"), {
    kind: "refused",
    message: "invalid selector: 'spec.nodeName'; can't understand 'spec.nodeName'",
  });
});

test("a selector object chooses as its text does", () => {
  const selector = selectorOf({
    matchLabels: { app: "web" },
    matchExpressions: [
      { key: "tier", operator: "In", values: ["front"] },
      { key: "gone", operator: "DoesNotExist" },
    ],
  });
  assert.equal(matchesLabels(selector, labels), true);
  assert.equal(matchesLabels(selector, { ...labels, gone: "" }), false);
  assert.equal(matchesLabels(selectorOf({}), undefined), true);
});
