import assert from "node:assert/strict";
import { test } from "node:test";
import { aggregated, type Gathered } from "./aggregation.ts";

const role = (name: string, labels: Readonly<Record<string, string>>, ...verbs: readonly string[]): Gathered => ({
  metadata: { name, labels },
  rules: verbs.map((verb) => ({ verbs: [verb], apiGroups: [""], resources: ["pods"] })),
});
const roles = [
  role("own", { a: "1" }, "own"),
  role("z", { a: "1" }, "get"),
  role("b", { a: "1", c: "2" }, "list", "get"),
  role("c", { c: "3" }, "watch"),
  { metadata: { name: "bare" } },
];

const verbsOf = (...selectors: readonly Readonly<Record<string, string>>[]): string =>
  aggregated("own", { clusterRoleSelectors: selectors.map((matchLabels) => ({ matchLabels })) }, roles)
    .flatMap(({ verbs }) => verbs)
    .join(" ");

for (const { what, selectors, verbs } of [
  { what: "roles that fit, by name, each rule once, and never itself", selectors: [{ a: "1" }], verbs: "list get" },
  { what: "by its selectors in their order", selectors: [{ c: "3" }, { a: "1" }], verbs: "watch list get" },
  { what: "nothing where no selector fits", selectors: [{ a: "2" }], verbs: "" },
  { what: "everything by an empty selector", selectors: [{}], verbs: "list get watch" },
  { what: "nothing by no selector", selectors: [], verbs: "" },
])
  test(`a role gathers ${what}`, () => assert.equal(verbsOf(...selectors), verbs));
