import assert from "node:assert/strict";
import { test } from "node:test";
import type { PolicyRule } from "#api/rbac/role/spec.ts";
import type { Attributes } from "./attributes.ts";
import { allows } from "./rules.ts";

/** `get pods`, `get apps deployments/scale web`, `get /healthz`: verb, group where it has one, resource, name. */
function asked(text: string): Attributes {
  const [verb = "", ...rest] = text.split(" ");
  if (rest[0]?.startsWith("/")) return { kind: "document", verb, path: rest[0] };
  const [group = "", whole = "", name = ""] = rest;
  const [resource = "", subresource = ""] = whole.split("/");
  return {
    kind: "resource",
    verb,
    group: group === "core" ? "" : group,
    resource,
    subresource,
    namespace: "shop",
    name,
  };
}

const on = (verbs: string, group: string, resources: string, ...resourceNames: readonly string[]): PolicyRule => ({
  verbs: verbs.split(","),
  apiGroups: [group],
  resources: resources.split(","),
  resourceNames,
});
const url = (verbs: string, ...nonResourceURLs: readonly string[]): PolicyRule => ({
  verbs: verbs.split(","),
  nonResourceURLs,
});

const cases: readonly (readonly [rule: PolicyRule, allowed: string, refused: string])[] = [
  [
    on("get", "", "pods"),
    "get core pods a; get core pods",
    "list core pods; get core pods/log a; get apps pods; get /pods",
  ],
  [on("*", "", "pods"), "get core pods; escalate core pods", "get core services"],
  [on("get", "*", "pods"), "get core pods; get metrics.k8s.io pods", "get core nodes"],
  [on("get", "", "*"), "get core pods; get core pods/log; get core nodes/proxy", "get apps deployments"],
  [on("get", "", "pods/log"), "get core pods/log a", "get core pods a; get core pods/exec a; get core services/log"],
  [
    on("get", "apps", "*/scale"),
    "get apps deployments/scale a; get apps x/scale",
    "get apps deployments; get apps x/status",
  ],
  [on("get", "", "pods/*"), "", "get core pods; get core pods/log"],
  [on("get", "", "pods", "a"), "get core pods a", "get core pods b; get core pods"],
  [on("create,list", "", "pods", "a"), "list core pods a", "create core pods; list core pods"],
  [url("get", "/healthz"), "get /healthz", "get /healthz/etcd; post /healthz; get core healthz"],
  [url("get", "/apis/*"), "get /apis/apps; get /apis/apps/v1; get /apis/", "get /apis; get /api"],
  [url("get", "/api*"), "get /api; get /apis/apps", "get /version"],
  [url("*", "*"), "get /metrics; post /anything", "get core pods"],
  [{ verbs: ["get"] }, "", "get core pods; get /healthz"],
];

for (const [rule, allowed, refused] of cases) {
  const list = (text: string): readonly string[] => text.split("; ").filter((one) => one !== "");
  for (const text of list(allowed))
    test(`${JSON.stringify(rule)} lets somebody ${text}`, () => assert.ok(allows([rule], asked(text))));
  for (const text of list(refused))
    test(`${JSON.stringify(rule)} doesn't let anybody ${text}`, () => assert.ok(!allows([rule], asked(text))));
}

test("of several rules one is enough, and of none nothing comes", () => {
  assert.ok(allows([on("get", "", "pods"), on("get", "", "nodes")], asked("get core nodes")));
  assert.ok(!allows([], asked("get core nodes")));
});
