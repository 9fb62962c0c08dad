import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditPolicy, AuditRule } from "#api/audit/policy.ts";
import type { Attributes, ResourceAttributes } from "./attributes.ts";
import { auditedBy } from "./audit-policy.ts";

const anna = { user: "anna", groups: ["staff", "system:authenticated"] };
const pods: ResourceAttributes = {
  kind: "resource",
  verb: "get",
  group: "",
  resource: "pods",
  subresource: "",
  namespace: "shop",
  name: "web",
};
const healthz: Attributes = { kind: "document", verb: "get", path: "/healthz/ping" };

const rows: readonly (readonly [rule: Omit<AuditRule, "level">, asked: Attributes, fits: boolean])[] = [
  [{}, pods, true],
  [{}, healthz, true],
  [{ users: ["anna"] }, pods, true],
  [{ users: ["bob"] }, pods, false],
  [{ userGroups: ["other", "staff"] }, pods, true],
  [{ userGroups: ["other"] }, pods, false],
  [{ verbs: ["list", "get"] }, pods, true],
  [{ verbs: ["list"] }, pods, false],
  [{ namespaces: ["shop"] }, pods, true],
  [{ namespaces: ["team"] }, pods, false],
  [{ namespaces: [""] }, { ...pods, resource: "nodes", namespace: "" }, true],
  [{ namespaces: ["shop"] }, healthz, false],
  [{ resources: [{ group: "" }] }, pods, true],
  [{ resources: [{}] }, { ...pods, group: "apps" }, false],
  [{ resources: [{ group: "", resources: ["pods"] }] }, pods, true],
  [{ resources: [{ group: "", resources: ["pods"] }] }, { ...pods, subresource: "log" }, false],
  [{ resources: [{ group: "", resources: ["pods/log"] }] }, { ...pods, subresource: "log" }, true],
  [{ resources: [{ group: "", resources: ["pods/*"] }] }, { ...pods, subresource: "log" }, true],
  [{ resources: [{ group: "", resources: ["*/log"] }] }, { ...pods, subresource: "log" }, true],
  [{ resources: [{ group: "", resources: ["*/log"] }] }, pods, false],
  [{ resources: [{ group: "", resources: ["*"] }] }, { ...pods, subresource: "log" }, true],
  [{ resources: [{ group: "", resources: ["pods"], resourceNames: ["web"] }] }, pods, true],
  [{ resources: [{ group: "", resources: ["pods"], resourceNames: ["db"] }] }, pods, false],
  [{ resources: [{ group: "" }] }, healthz, false],
  [{ nonResourceURLs: ["/healthz*"] }, healthz, true],
  [{ nonResourceURLs: ["/healthz"] }, healthz, false],
  [{ nonResourceURLs: ["*"] }, healthz, true],
  [{ nonResourceURLs: ["*"] }, pods, false],
];

for (const [rule, asked, fits] of rows) {
  const path = asked.kind === "document" ? asked.path : `${asked.resource} ${asked.subresource}`.trim();
  test(`a rule ${JSON.stringify(rule)} is ${fits ? "" : "not "}about ${asked.verb} ${path}`, () => {
    const policy: AuditPolicy = { rules: [{ level: "Metadata", ...rule }] };
    assert.equal(auditedBy(policy, anna, asked).level, fits ? "Metadata" : "None");
  });
}

test("the first rule that fits counts, with the stages that are left out of all", () => {
  const policy: AuditPolicy = {
    omitStages: ["RequestReceived"],
    omitManagedFields: true,
    rules: [
      { level: "None", users: ["bob"] },
      { level: "Request", omitStages: ["Panic"], omitManagedFields: false },
      { level: "RequestResponse" },
    ],
  };
  assert.deepEqual(auditedBy(policy, anna, pods), {
    level: "Request",
    omitStages: ["RequestReceived", "Panic"],
    omitManagedFields: false,
  });
});
