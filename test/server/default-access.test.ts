import assert from "node:assert/strict";
import { test } from "node:test";
import {
  defaultClusterRoleBindingObjects,
  defaultClusterRoleObjects,
  defaultRoleBindingObjects,
  defaultRoleObjects,
} from "#core/access/default-roles/objects.ts";
import { provideAccess } from "#server/bootstrap/default-access.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { bindingObject, identityOf, rolePath } from "./access-roles.ts";
import { administrator, type Served, serve } from "./served.ts";

const again = ({ server }: Served): Promise<void> => provideAccess(inProcessTransport(server, administrator));
const merge = { "content-type": "application/merge-patch+json" };
const [roles, bindings] = [rolePath("roles", undefined), rolePath("rolebindings", undefined)];

const everything = [
  [roles, defaultClusterRoleObjects],
  [bindings, defaultClusterRoleBindingObjects],
  [rolePath("roles", "kube-system"), defaultRoleObjects],
  [rolePath("rolebindings", "kube-system"), defaultRoleBindingObjects],
] as const;

test("a new cluster has Kubernetes' default roles and bindings, marked as such", async () => {
  await using served = await serve();
  for (const [path, wanted] of everything)
    for (const { metadata, ...rest } of wanted) {
      const told = await served.send("GET", `${path}/${metadata.name}`);
      assert.equal(told.at("metadata", "labels", "kubernetes.io/bootstrapping"), "rbac-defaults", metadata.name);
      assert.equal(told.at("metadata", "annotations", "rbac.authorization.kubernetes.io/autoupdate"), "true");
      for (const [field, value] of Object.entries(rest)) assert.deepEqual(told.at(field), value, metadata.name);
    }
});

test("a start that finds everything in its place writes nothing", async () => {
  await using served = await serve();
  const before = await served.store.revision();
  await again(served);
  assert.equal(await served.store.revision(), before);
});

test("at the next start what somebody took away is there again, and what they added still", async () => {
  await using served = await serve();
  const nodes = { verbs: ["get"], apiGroups: [""], resources: ["nodes"] };
  await served.send("PATCH", `${roles}/system:aggregate-to-view`, { body: { rules: [nodes] }, headers: merge });
  await served.send("DELETE", `${roles}/system:node-proxier`);
  await served.send("DELETE", `${bindings}/system:kube-scheduler`);
  await served.send("PATCH", `${bindings}/system:discovery`, {
    body: { subjects: [{ kind: "User", name: "anna" }] },
    headers: merge,
  });
  await again(served);
  const view = await served.send("GET", `${roles}/system:aggregate-to-view`);
  assert.deepEqual(view.at("rules", 0), nodes);
  assert.ok(Array.isArray(view.at("rules", 1, "verbs")), "the others came after it");
  for (const path of [`${roles}/system:node-proxier`, `${bindings}/system:kube-scheduler`])
    assert.equal((await served.send("GET", path)).status, 200, path);
  const discovery = await served.send("GET", `${bindings}/system:discovery`);
  const names = [discovery.at("subjects", 0, "name"), discovery.at("subjects", 1, "name")];
  assert.deepEqual(names, ["anna", "system:authenticated"]);
});

test("a binding that was made anew with another role is put right", async () => {
  await using served = await serve();
  await served.send("DELETE", `${bindings}/system:basic-user`);
  const body = bindingObject({
    name: "system:basic-user",
    role: "ClusterRole cluster-admin",
    subjects: ["Group system:authenticated"],
  });
  await served.send("POST", bindings, { body });
  await again(served);
  assert.equal((await served.send("GET", `${bindings}/system:basic-user`)).at("roleRef", "name"), "system:basic-user");
});

test("a role that is marked as its users' own stays as they made it", async () => {
  await using served = await serve();
  const annotations = { "rbac.authorization.kubernetes.io/autoupdate": "false" };
  const rules = [{ verbs: ["get"], nonResourceURLs: ["/api"] }];
  const body = { metadata: { annotations }, rules };
  await served.send("PATCH", `${roles}/system:discovery`, { body, headers: merge });
  await again(served);
  const kept = await served.send("GET", `${roles}/system:discovery`);
  assert.deepEqual(kept.at("rules"), rules);
  const refused = await served.send("GET", "/openapi/v2", { identity: identityOf("jane") });
  assert.deepEqual(
    [refused.status, refused.at("message")],
    [403, 'forbidden: User "jane" cannot get path "/openapi/v2"'],
  );
});
