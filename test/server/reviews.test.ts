import assert from "node:assert/strict";
import { test } from "node:test";
import type { Identity } from "#core/access/identity.ts";
import { administrator, serve } from "./served.ts";

const anna: Identity = {
  user: "anna",
  groups: ["staff", "system:authenticated"],
  uid: "7",
  extra: { "example.com/desk": ["north", "3"] },
};
const node: Identity = { user: "system:node:n1", groups: ["system:nodes", "system:authenticated"] };
const authorization = "/apis/authorization.k8s.io/v1";
const authentication = "/apis/authentication.k8s.io/v1";
const resource = (verb: string, name: string, rest: object = {}) => ({
  resourceAttributes: { verb, resource: name, ...rest },
});

const answers: readonly {
  readonly name: string;
  readonly path: string;
  readonly spec: object;
  readonly identity?: Identity;
  readonly status: object;
}[] = [
  {
    name: "an administrator may do everything",
    path: "selfsubjectaccessreviews",
    spec: resource("*", "*", { group: "*" }),
    status: { allowed: true },
  },
  {
    name: "somebody without rights may not even look at pods",
    path: "selfsubjectaccessreviews",
    spec: resource("list", "pods", { namespace: "default" }),
    identity: anna,
    status: { allowed: false },
  },
  {
    name: "whoever is known may read what the API looks like",
    path: "selfsubjectaccessreviews",
    spec: { nonResourceAttributes: { path: "/apis", verb: "get" } },
    identity: anna,
    status: {
      allowed: true,
      reason:
        'RBAC: allowed by ClusterRoleBinding "system:discovery" of ClusterRole "system:discovery" to Group "system:authenticated"',
    },
  },
  {
    name: "an administrator asks for a node, and hears why it may not",
    path: "subjectaccessreviews",
    spec: { user: node.user, groups: node.groups, ...resource("get", "secrets", { namespace: "default", name: "x" }) },
    status: { allowed: false, reason: "no relationship found between node 'n1' and this object" },
  },
  {
    name: "groups alone are somebody",
    path: "subjectaccessreviews",
    spec: { groups: ["system:masters"], ...resource("delete", "nodes") },
    status: { allowed: true },
  },
  {
    name: "a subresource and selectors of what is listed are taken",
    path: "subjectaccessreviews",
    spec: {
      user: "anna",
      ...resource("get", "pods", {
        subresource: "log",
        fieldSelector: { requirements: [{ key: "spec.nodeName", operator: "Like", values: ["n1"] }] },
        labelSelector: { rawSelector: "a=b" },
      }),
    },
    status: { allowed: false },
  },
  {
    name: "a node may ask about others",
    path: "subjectaccessreviews",
    spec: { user: "system:kube-proxy", ...resource("list", "services") },
    identity: node,
    status: {
      allowed: true,
      reason:
        'RBAC: allowed by ClusterRoleBinding "system:node-proxier" of ClusterRole "system:node-proxier" to User "system:kube-proxy"',
    },
  },
];

for (const { name, path, spec, identity = administrator, status } of answers)
  test(name, async () => {
    await using served = await serve();
    const told = await served.send("POST", `${authorization}/${path}`, { body: { spec }, identity });
    assert.deepEqual([told.status, told.at("status")], [201, status], told.text);
  });

const exactlyOne = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
const refusals: readonly {
  readonly name: string;
  readonly path: string;
  readonly body: object;
  readonly code: number;
  readonly message: string;
}[] = [
  {
    name: "a question without what is wanted",
    path: `${authorization}/selfsubjectaccessreviews`,
    body: { spec: {} },
    code: 422,
    message: `SelfSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: ${exactlyOne}`,
  },
  {
    name: "a question for both things at once, about nobody",
    path: `${authorization}/subjectaccessreviews`,
    body: { spec: { ...resource("get", "pods"), nonResourceAttributes: { path: "/", verb: "get" } } },
    code: 422,
    message:
      'SubjectAccessReview.authorization.k8s.io "" is invalid: [spec.nonResourceAttributes: Invalid value: cannot be specified in combination with resourceAttributes, spec.user: Invalid value: "": at least one of user or group must be specified]',
  },
  {
    name: "a question with a name",
    path: `${authorization}/subjectaccessreviews`,
    body: { metadata: { name: "x" }, spec: { user: "anna", ...resource("get", "pods") } },
    code: 422,
    message: 'SubjectAccessReview.authorization.k8s.io "" is invalid: metadata: Invalid value: must be empty',
  },
  {
    name: "a question of one namespace about another",
    path: `${authorization}/namespaces/default/localsubjectaccessreviews`,
    body: { spec: { user: "anna", ...resource("get", "pods", { namespace: "kube-system" }) } },
    code: 422,
    message:
      'LocalSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value: "kube-system": must match metadata.namespace',
  },
  {
    name: "a question of one namespace about a path",
    path: `${authorization}/namespaces/default/localsubjectaccessreviews`,
    body: { spec: { user: "anna", nonResourceAttributes: { path: "/", verb: "get" } } },
    code: 422,
    message:
      'LocalSubjectAccessReview.authorization.k8s.io "" is invalid: spec.nonResourceAttributes: Invalid value: disallowed on this kind of request',
  },
  {
    name: "a question that names another namespace than its path",
    path: `${authorization}/namespaces/default/localsubjectaccessreviews`,
    body: { metadata: { namespace: "team" }, spec: { user: "anna", ...resource("get", "pods") } },
    code: 400,
    message: "the namespace of the provided object does not match the namespace sent on the request",
  },
  {
    name: "a selector that selects nothing",
    path: `${authorization}/selfsubjectaccessreviews`,
    body: { spec: resource("list", "pods", { fieldSelector: {} }) },
    code: 422,
    message:
      'SelfSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required',
  },
  {
    name: "rules of no namespace",
    path: `${authorization}/selfsubjectrulesreviews`,
    body: { spec: {} },
    code: 400,
    message: "no namespace on request",
  },
  {
    name: "a token that isn't there",
    path: `${authentication}/tokenreviews`,
    body: { spec: { token: "" } },
    code: 400,
    message: "token is required for TokenReview in authentication",
  },
];

for (const { name, path, body, code, message } of refusals)
  test(`refused: ${name}`, async () => {
    await using served = await serve();
    const told = await served.send("POST", path, { body });
    assert.deepEqual([told.status, told.at("message")], [code, message]);
  });

for (const [path, version] of [
  [authentication, "v1"],
  ["/apis/authentication.k8s.io/v1beta1", "v1beta1"],
] as const)
  test(`${version}: everybody may ask who they are`, async () => {
    await using served = await serve();
    const told = await served.send("POST", `${path}/selfsubjectreviews`, { body: {}, identity: anna });
    assert.deepEqual(told.at("status", "userInfo"), {
      username: "anna",
      uid: "7",
      groups: anna.groups,
      extra: anna.extra,
    });
    assert.match(String(told.at("metadata", "creationTimestamp")), /^\d{4}-/);
    assert.equal(told.headers.warning !== undefined, version === "v1beta1");
  });

test("somebody asks for all that they may do in a namespace", async () => {
  await using served = await serve();
  const roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
  const apiGroup = "rbac.authorization.k8s.io";
  const rules = [{ verbs: ["get"], apiGroups: ["apps"], resources: ["deployments"], resourceNames: ["web"] }];
  for (const [path, body] of [
    ["roles", { metadata: { name: "web" }, rules }],
    [
      "rolebindings",
      {
        metadata: { name: "web" },
        roleRef: { apiGroup, kind: "Role", name: "web" },
        subjects: [{ apiGroup, kind: "Group", name: "staff" }],
      },
    ],
  ] as const) {
    const made = await served.send("POST", `${roles}/${path}`, { body });
    assert.equal(made.status, 201, made.text);
  }
  const ask = (identity: Identity, namespace: string) =>
    served.send("POST", `${authorization}/selfsubjectrulesreviews`, { body: { spec: { namespace } }, identity });
  const told = await ask(anna, "default");
  assert.deepEqual(told.at("status", "incomplete"), false);
  const given = told.at("status", "resourceRules");
  assert(Array.isArray(given));
  assert.deepEqual(
    given.filter((one) => "resourceNames" in one),
    rules,
  );
  const paths = told.at("status", "nonResourceRules");
  assert(Array.isArray(paths) && paths.some(({ nonResourceURLs }) => nonResourceURLs.includes("/healthz")));
  const elsewhere = (await ask(anna, "kube-system")).at("status", "resourceRules");
  assert(Array.isArray(elsewhere) && elsewhere.every((one) => !("resourceNames" in one)));
  const ofNode = await ask(node, "default");
  assert.deepEqual(
    [ofNode.at("status", "incomplete"), ofNode.at("status", "evaluationError")],
    [true, "node authorizer does not support user rule resolution"],
  );
});

test("nobody asks in a version that there never was to stay", async () => {
  await using served = await serve();
  const path = "/apis/authentication.k8s.io/v1alpha1/selfsubjectreviews";
  assert.equal((await served.send("POST", path, { body: {} })).status, 404);
});

test("about others only those may ask who have the right", async () => {
  await using served = await serve();
  for (const path of ["subjectaccessreviews", "namespaces/default/localsubjectaccessreviews"]) {
    const body = { spec: { user: "bob", ...resource("get", "pods", { namespace: "default" }) } };
    const told = await served.send("POST", `${authorization}/${path}`, { body, identity: anna });
    assert.equal(told.status, 403, told.text);
  }
  const body = { spec: { token: "x" } };
  assert.equal((await served.send("POST", `${authentication}/tokenreviews`, { body, identity: anna })).status, 403);
});

test("a review is counted under its name", async () => {
  await using served = await serve();
  await served.send("POST", `${authentication}/selfsubjectreviews`, { body: {} });
  const { text } = await served.send("GET", "/metrics");
  const counted = text.split("\n").filter((line) => line.includes('resource="selfsubjectreviews"'));
  assert(counted.some((line) => line.startsWith("apiserver_request_total{") && line.includes('verb="POST"')));
});
