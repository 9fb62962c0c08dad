import assert from "node:assert/strict";
import { test } from "node:test";
import { bindingObject, identityOf, makeRoles, roleObject, rolePath, rule } from "./access-roles.ts";
import { inShop, type Row, rows, sketches } from "./role-escalation-rows.ts";
import { type Served, serve, type Told } from "./served.ts";

async function served(): Promise<Served> {
  const server = await serve();
  await makeRoles(server, sketches);
  return server;
}

const sent = ({
  role,
  binding,
  aggregates = false,
}: Row): { readonly path: string; readonly name: string; readonly kind: string; readonly body: object } => {
  if (role !== undefined) {
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: "b" } }] };
    const kind = role.namespace === undefined ? "ClusterRole" : "Role";
    const body = { ...roleObject(role), ...(aggregates && { aggregationRule }) };
    return { path: rolePath("roles", role.namespace), name: role.name, kind, body };
  }
  if (binding === undefined) throw new RangeError("a row has a role or a binding");
  const kind = binding.namespace === undefined ? "ClusterRoleBinding" : "RoleBinding";
  return { path: rolePath("rolebindings", binding.namespace), name: binding.name, kind, body: bindingObject(binding) };
};

function expected({ who = "mia", missing, refused }: Row, { kind, name }: ReturnType<typeof sent>): string | undefined {
  if (refused?.endsWith("not found")) return refused;
  const { user, groups } = identityOf(who);
  const resource = `${kind.toLowerCase()}s.rbac.authorization.k8s.io`;
  const shown = groups.map((one) => JSON.stringify(one)).join(" ");
  const granting = `user ${JSON.stringify(user)} (groups=[${shown}]) is attempting to grant RBAC permissions not currently held:\n`;
  const why = refused ?? (missing === undefined ? undefined : `${granting}${missing.join("\n")}`);
  return why && `${resource} ${JSON.stringify(name)} is forbidden: ${why}`;
}

const outcome = (told: Told): unknown => (told.status < 300 ? undefined : told.at("message"));

for (const row of rows) {
  const { who = "mia" } = row;
  const want = (row.missing ?? row.refused) === undefined ? "is taken" : "is refused";
  test(`${who}: ${row.what}: ${want}, whether it is made, applied or rehearsed`, async () => {
    await using server = await served();
    const one = sent(row);
    const identity = identityOf(who);
    const message = expected(row, one);
    const apiVersion = "rbac.authorization.k8s.io/v1";
    const rehearsed = await server.send("POST", `${one.path}?dryRun=All`, { body: one.body, identity });
    assert.equal(outcome(rehearsed), message);
    const made = await server.send("POST", one.path, { body: one.body, identity });
    assert.equal(outcome(made), message);
    if (message === undefined) return;
    const applied = await server.send("PATCH", `${one.path}/${one.name}?fieldManager=x`, {
      body: { apiVersion, kind: one.kind, ...one.body },
      headers: { "content-type": "application/apply-patch+yaml" },
      identity,
    });
    // A name in the path is a name that `escalate` can be given for.
    assert.equal(outcome(applied), who === "esther" ? undefined : message);
  });
}

const merge = { "content-type": "application/merge-patch+json" };
const json = { "content-type": "application/json-patch+json" };
const mia = identityOf("mia");
const grown = [rule("get,list pods"), rule("get secrets")];
const own = `${rolePath("roles", "shop")}/pod-reader`;

const changes: readonly {
  readonly what: string;
  readonly change: (server: Served) => Promise<Told>;
  readonly code: number;
}[] = [
  {
    what: "a role that grows by an update",
    change: ({ send }) => send("PUT", own, { body: { metadata: { name: "pod-reader" }, rules: grown }, identity: mia }),
    code: 403,
  },
  {
    what: "a role that grows by a merge patch",
    change: ({ send }) => send("PATCH", own, { body: { rules: grown }, headers: merge, identity: mia }),
    code: 403,
  },
  {
    what: "a role that grows by a JSON patch",
    change: ({ send }) =>
      send("PATCH", own, {
        body: [{ op: "add", path: "/rules/-", value: rule("get secrets") }],
        headers: json,
        identity: mia,
      }),
    code: 403,
  },
  {
    what: "a role that grows by apply",
    change: ({ send }) =>
      send("PATCH", `${own}?fieldManager=x&force=true`, {
        body: {
          apiVersion: "rbac.authorization.k8s.io/v1",
          kind: "Role",
          metadata: { name: "pod-reader" },
          rules: grown,
        },
        headers: { "content-type": "application/apply-patch+yaml" },
        identity: mia,
      }),
    code: 403,
  },
  {
    what: "a role that stays within what one has",
    change: ({ send }) => send("PATCH", own, { body: { rules: [rule("get pods")] }, headers: merge, identity: mia }),
    code: 200,
  },
  {
    what: "labels of a role that is more than one has",
    change: ({ send }) =>
      send("PATCH", `${rolePath("roles", "shop")}/secret-reader`, {
        body: { metadata: { labels: { a: "b" } } },
        headers: merge,
        identity: mia,
      }),
    code: 403,
  },
  {
    what: "finalizers of such a role, which are let go without its rights",
    change: ({ send }) =>
      send("PATCH", `${rolePath("roles", "shop")}/secret-reader`, {
        body: { metadata: { finalizers: ["example.com/x"] } },
        headers: merge,
        identity: mia,
      }),
    code: 200,
  },
  {
    what: "the labels that lead a role of others into view",
    change: ({ send }) =>
      send("PATCH", `${rolePath("roles", undefined)}/system:node`, {
        body: { metadata: { labels: { "rbac.authorization.k8s.io/aggregate-to-view": "true" } } },
        headers: merge,
        identity: mia,
      }),
    code: 403,
  },
  {
    what: "selectors of a role that gathers",
    change: ({ send }) =>
      send("PATCH", `${rolePath("roles", undefined)}/gatherer`, {
        body: { aggregationRule: { clusterRoleSelectors: [{}] } },
        headers: merge,
        identity: mia,
      }),
    code: 403,
  },
  {
    what: "subjects of a binding of what one has",
    change: ({ send }) =>
      send("PATCH", `${rolePath("rolebindings", "shop")}/to-mia`, {
        body: { subjects: [{ kind: "User", name: "mia" }] },
        headers: merge,
        identity: mia,
      }),
    code: 200,
  },
  {
    what: "subjects of cluster-admin's binding",
    change: ({ send }) =>
      send("PATCH", `${rolePath("rolebindings", undefined)}/cluster-admin`, {
        body: { subjects: [{ kind: "User", name: "mia" }] },
        headers: merge,
        identity: mia,
      }),
    code: 403,
  },
  {
    what: "another role of a binding",
    change: ({ send }) =>
      send("PATCH", `${rolePath("rolebindings", "shop")}/to-mia`, {
        body: { roleRef: { kind: "ClusterRole", name: "cluster-admin" } },
        headers: merge,
        identity: mia,
      }),
    code: 403,
  },
  {
    what: "a role by whom it may be escalated",
    change: ({ send }) =>
      send("POST", rolePath("roles", "shop"), { body: { metadata: { name: "known" } }, identity: mia }).then(() =>
        send("PATCH", `${rolePath("roles", "shop")}/known`, {
          body: { rules: grown },
          headers: merge,
          identity: identityOf("esther"),
        }),
      ),
    code: 200,
  },
  {
    what: "a role that is to go",
    change: ({ send }) => send("DELETE", `${rolePath("roles", "shop")}/secret-reader`, { identity: mia }),
    code: 200,
  },
];

for (const { what, change, code } of changes)
  test(`${what}: ${code}`, async () => {
    await using server = await served();
    const told = await change(server);
    assert.equal(told.status, code, told.text);
  });

test("what is granted counts at once, and what is taken back no more", async () => {
  await using server = await served();
  const zoe = identityOf("zoe");
  const list = async (): Promise<number> =>
    (await server.send("GET", "/api/v1/namespaces/shop/secrets", { identity: zoe })).status;
  assert.equal(await list(), 403);
  const binding = { ...inShop, role: "Role secret-reader", subjects: ["User zoe"] };
  await server.send("POST", rolePath("rolebindings", "shop"), { body: bindingObject(binding) });
  assert.equal(await list(), 200);
  await server.send("PATCH", `${rolePath("roles", "shop")}/secret-reader`, {
    body: { rules: [rule("get secrets")] },
    headers: merge,
  });
  assert.equal(await list(), 403);
  const refused = await server.send("DELETE", "/api/v1/namespaces/shop/pods/web", { identity: zoe });
  assert.equal(
    refused.at("message"),
    'pods "web" is forbidden: User "zoe" cannot delete resource "pods" in API group "" in the namespace "shop"',
  );
  await server.send("DELETE", `${rolePath("roles", "shop")}/secret-reader`);
  const told = await server.send("GET", "/api/v1/namespaces/shop/secrets", { identity: zoe });
  assert.equal(
    told.at("message"),
    'secrets is forbidden: User "zoe" cannot list resource "secrets" in API group "" in the namespace "shop": RBAC: role.rbac.authorization.k8s.io "secret-reader" not found',
  );
});
