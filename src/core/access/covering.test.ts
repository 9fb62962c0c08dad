import assert from "node:assert/strict";
import { test } from "node:test";
import type { PolicyRule } from "#api/rbac/role/spec.ts";
import { missingRules, showRules } from "./covering.ts";

/** `get,list apps deployments,replicasets [name]`, `get /healthz,/livez`. */
function rule(text: string): PolicyRule {
  const [verbs = "", ...rest] = text.split(" ");
  const list = (one = ""): readonly string[] => one.split(",").map((part) => (part === "core" ? "" : part));
  if (rest[0]?.startsWith("/") || rest.length === 1) return { verbs: list(verbs), nonResourceURLs: list(rest[0]) };
  const [groups, resources, names] = rest;
  return {
    verbs: list(verbs),
    apiGroups: list(groups),
    resources: list(resources),
    ...(names !== undefined && { resourceNames: list(names) }),
  };
}

interface Row {
  readonly own: readonly string[];
  readonly wanted: readonly string[];
  /** As it is written; nothing: all is there. */
  readonly missing: readonly string[];
}

const rows: readonly Row[] = [
  { own: ["get core pods"], wanted: ["get core pods"], missing: [] },
  {
    own: [],
    wanted: ["get,list core pods,services"],
    missing: [
      '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}',
      '{APIGroups:[""], Resources:["services"], Verbs:["get" "list"]}',
    ],
  },
  {
    own: ["get core pods", "list core services"],
    wanted: ["get,list core pods,services"],
    missing: [
      '{APIGroups:[""], Resources:["pods"], Verbs:["list"]}',
      '{APIGroups:[""], Resources:["services"], Verbs:["get"]}',
    ],
  },
  { own: ["* * *"], wanted: ["get,escalate core,apps *,pods/log a"], missing: [] },
  {
    own: ["get,list,watch,create core pods"],
    wanted: ["* core pods"],
    missing: ['{APIGroups:[""], Resources:["pods"], Verbs:["*"]}'],
  },
  {
    own: ["get core,apps pods"],
    wanted: ["get * pods"],
    missing: ['{APIGroups:["*"], Resources:["pods"], Verbs:["get"]}'],
  },
  {
    own: ["get core pods a"],
    wanted: ["get core pods a,b", "get core pods"],
    missing: [
      '{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}',
      '{APIGroups:[""], Resources:["pods"], Verbs:["get"]}',
    ],
  },
  { own: ["get core pods"], wanted: ["get core pods a,b"], missing: [] },
  { own: ["get core */scale"], wanted: ["get core replicationcontrollers/scale"], missing: [] },
  {
    own: ["get core */scale"],
    wanted: ["get core replicationcontrollers/status"],
    missing: ['{APIGroups:[""], Resources:["replicationcontrollers/status"], Verbs:["get"]}'],
  },
  { own: ["get /apis/*"], wanted: ["get /apis/apps,/apis/*"], missing: [] },
  {
    own: ["get /apis/*"],
    wanted: ["get,post /apis/apps,/metrics"],
    missing: [
      '{NonResourceURLs:["/apis/apps"], Verbs:["post"]}',
      '{NonResourceURLs:["/metrics"], Verbs:["get"]}',
      '{NonResourceURLs:["/metrics"], Verbs:["post"]}',
    ],
  },
  { own: ["* *"], wanted: ["get /metrics"], missing: [] },
  {
    own: ["* * *"],
    wanted: ["get /metrics"],
    missing: ['{NonResourceURLs:["/metrics"], Verbs:["get"]}'],
  },
];

for (const { own, wanted, missing } of rows)
  test(`whoever has ${own.join("; ") || "nothing"} lacks ${missing.length === 0 ? "nothing of" : "some of"} ${wanted.join("; ")}`, () => {
    const found = missingRules(own.map(rule), wanted.map(rule));
    assert.deepEqual(showRules(found), missing.join("\n"));
  });

test("a rule that says too much to be taken apart is compared as a whole, and at once", () => {
  const many = Array.from({ length: 5000 }, (_, i) => `r${i}`);
  const wanted = { verbs: many, apiGroups: many, resources: many, resourceNames: many };
  assert.deepEqual(missingRules([rule("get core pods")], [wanted]), [wanted]);
  assert.deepEqual(missingRules([rule("* * *")], [wanted]), []);
});
