import assert from "node:assert/strict";
import { test } from "node:test";
import { type BindingParts, completedBinding, completedRole, type RoleParts } from "./reconciliation.ts";

const autoUpdate = "rbac.authorization.kubernetes.io/autoupdate";
const metadata = { labels: { a: "1" }, annotations: { [autoUpdate]: "true" } };
const get = { verbs: ["get"], apiGroups: [""], resources: ["pods"] };
const list = { ...get, verbs: ["list"] };
const both = { ...get, verbs: ["get", "list"] };
const selector = (name: string) => ({ matchLabels: { [name]: "true" } });

const wantedRole: RoleParts = { metadata, rules: [both] };
const gathering: RoleParts = { metadata, aggregationRule: { clusterRoleSelectors: [selector("a")] }, rules: [get] };

const roles: readonly {
  readonly what: string;
  readonly present: RoleParts;
  readonly wanted?: RoleParts;
  readonly becomes?: RoleParts;
}[] = [
  { what: "one that is as it should be is left alone", present: wantedRole },
  { what: "one that says the same in other rules is left alone", present: { metadata, rules: [get, list] } },
  { what: "one that has more is left alone", present: { metadata, rules: [both, { ...both, resources: ["nodes"] }] } },
  {
    what: "one that lacks something gets that",
    present: { metadata, rules: [get] },
    becomes: { metadata, rules: [get, list] },
  },
  { what: "one that is empty gets all", present: { metadata }, becomes: { metadata, rules: [get, list] } },
  {
    what: "labels that are there stay, and others come",
    present: { metadata: { labels: { a: "2", b: "3" } }, rules: [both] },
    becomes: { metadata: { ...metadata, labels: { a: "2", b: "3" } }, rules: [both] },
  },
  {
    what: "one that its users keep is left alone",
    present: { metadata: { annotations: { [autoUpdate]: "false" } }, rules: [] },
  },
  { what: "what one gathers is left alone", present: { ...gathering, rules: [] }, wanted: gathering },
  {
    what: "a selector that is missing comes",
    present: { metadata, aggregationRule: { clusterRoleSelectors: [selector("b")] }, rules: [list] },
    wanted: gathering,
    becomes: { metadata, aggregationRule: { clusterRoleSelectors: [selector("b"), selector("a")] }, rules: [list] },
  },
];

for (const { what, present, wanted = wantedRole, becomes } of roles)
  test(`of roles, ${what}`, () => {
    const completion = completedRole(present, wanted);
    assert.deepEqual(completion, becomes === undefined ? { kind: "whole" } : { kind: "lacking", completed: becomes });
  });

const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" };
const [anna, ben] = [
  { kind: "User", name: "anna" },
  { kind: "User", name: "ben" },
];
const wantedBinding: BindingParts = { metadata, roleRef, subjects: [anna] };

test("of bindings, subjects that are missing come, and others stay", () => {
  assert.deepEqual(completedBinding({ metadata, roleRef, subjects: [anna, ben] }, wantedBinding), { kind: "whole" });
  const completed = { metadata, roleRef, subjects: [ben, anna] };
  assert.deepEqual(completedBinding({ metadata, roleRef, subjects: [ben] }, wantedBinding), {
    kind: "lacking",
    completed,
  });
});

test("a binding to another role is made anew, unless its users keep it", () => {
  const other = { ...wantedBinding, roleRef: { ...roleRef, name: "edit" } };
  assert.deepEqual(completedBinding(other, wantedBinding), { kind: "other" });
  const kept = { ...other, metadata: { annotations: { [autoUpdate]: "false" } } };
  assert.deepEqual(completedBinding(kept, wantedBinding), { kind: "whole" });
});
