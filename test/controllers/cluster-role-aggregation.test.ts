import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterRoles } from "#api/rbac/cluster-role.ts";
import type { PolicyRule } from "#api/rbac/role/spec.ts";
import { eventually } from "../harness/eventually.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const crontabs = (verb: string): PolicyRule => ({
  verbs: [verb],
  apiGroups: ["stable.example.com"],
  resources: ["crontabs"],
});
const within = { seconds: 10 };

const verbsOn = async (cluster: Cluster, role: string): Promise<readonly string[]> => {
  const { rules = [] } = await cluster.of(clusterRoles).get("", role);
  return rules.filter(({ resources }) => resources?.includes("crontabs")).flatMap(({ verbs }) => verbs);
};

test("a ClusterRole with the label counts in view, and through it in edit and admin, as long as it is there", async () => {
  await using cluster = await startCluster();
  const roles = cluster.of(clusterRoles);
  const labels = { "rbac.authorization.k8s.io/aggregate-to-view": "true" };
  await roles.create("", { metadata: { name: "crontabs", labels }, rules: [crontabs("get")] });
  for (const role of ["view", "edit", "admin"])
    await eventually(`${role} has it`, async () => (await verbsOn(cluster, role)).join() === "get", within);
  await roles.patch("", "crontabs", { type: "merge", body: { rules: [crontabs("list")] } });
  await eventually(
    "admin has what it says now",
    async () => (await verbsOn(cluster, "admin")).join() === "list",
    within,
  );
  await roles.delete("", "crontabs");
  await eventually("admin has nothing of it", async () => (await verbsOn(cluster, "admin")).length === 0, within);
  const { rules = [] } = await roles.get("", "view");
  assert.ok(rules.length > 5, "what others gave stays");
});

test("what somebody writes into a role that gathers is undone", async () => {
  await using cluster = await startCluster();
  const roles = cluster.of(clusterRoles);
  const { rules = [] } = await roles.get("", "view");
  await roles.patch("", "view", { type: "merge", body: { rules: [...rules, crontabs("get")] } });
  await eventually("it is as it was", async () => (await verbsOn(cluster, "view")).length === 0, within);
});

test("a role of one's own gathers what fits any of its selectors, each rule once", async () => {
  await using cluster = await startCluster();
  const roles = cluster.of(clusterRoles);
  const part = (name: string, label: string, verb: string) =>
    roles.create("", { metadata: { name, labels: { [label]: "yes" } }, rules: [crontabs(verb)] });
  await part("b", "one", "get");
  await part("a", "two", "list");
  await part("c", "two", "get");
  const clusterRoleSelectors = [
    { matchLabels: { one: "yes" } },
    { matchExpressions: [{ key: "two", operator: "Exists" as const }] },
  ];
  await roles.create("", { metadata: { name: "all" }, aggregationRule: { clusterRoleSelectors } });
  await eventually("all of it", async () => (await verbsOn(cluster, "all")).join() === "get,list", within);
});

test("the default roles have gathered everything before anybody gathers, and are left alone", async () => {
  await using cluster = await startCluster();
  await cluster.controllers.idle();
  for (const name of ["view", "edit", "admin"]) {
    const { metadata, rules = [] } = await cluster.of(clusterRoles).get("", name);
    assert.ok(rules.length > 5, name);
    assert.equal(metadata.managedFields?.length, 1, `${name} was written once`);
  }
});
