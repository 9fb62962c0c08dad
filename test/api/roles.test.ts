import assert from "node:assert/strict";
import test from "node:test";
import { clusterRoles } from "#api/rbac/cluster-role.ts";
import { clusterRoleBindings } from "#api/rbac/cluster-role-binding.ts";
import { roles } from "#api/rbac/role.ts";
import { roleBindings } from "#api/rbac/role-binding.ts";
import { priorityClasses } from "#api/scheduling/priority-class.ts";
import type { AnyKind } from "#machinery/kind.ts";
import { stored, told, toldOfUpdate } from "./told.ts";

type Json = Readonly<Record<string, unknown>>;

const health = { verbs: ["get"], nonResourceURLs: ["/healthz"] };
const view = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" };
const classNamed = (name: string, value: number): Json => ({ metadata: { name }, value });

const rows: readonly (readonly [name: string, kind: AnyKind, object: Json, messages: readonly string[]])[] = [
  ["a role with a colon in its name", roles, { metadata: { name: "system:mine" } }, []],
  [
    "a role whose name is a path",
    roles,
    { metadata: { name: "a/b" } },
    ["metadata.name: Invalid value: \"a/b\": may not contain '/'"],
  ],
  [
    "a role that allows nothing",
    roles,
    { rules: [{ verbs: [] }] },
    [
      "rules[0].verbs: Required value: verbs must contain at least one value",
      "rules[0].apiGroups: Required value: resource rules must supply at least one api group",
      "rules[0].resources: Required value: resource rules must supply at least one resource",
    ],
  ],
  [
    "a role of a namespace for what is in none",
    roles,
    { rules: [{ ...health, resources: ["pods"] }] },
    [
      'rules[0].nonResourceURLs: Invalid value: ["/healthz"]: namespaced rules cannot apply to non-resource URLs',
      'rules[0].nonResourceURLs: Invalid value: ["/healthz"]: rules cannot apply to both regular resources and non-resource URLs',
    ],
  ],
  ["a role of the cluster for what is in no namespace", clusterRoles, { rules: [health] }, []],
  [
    "a role that is made of no others",
    clusterRoles,
    { aggregationRule: {} },
    [
      "aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil",
    ],
  ],
  [
    "a binding to something else, for nobody",
    roleBindings,
    {
      roleRef: { apiGroup: "apps", kind: "Group", name: "" },
      subjects: [
        { kind: "User", name: "" },
        { kind: "Robot", name: "r" },
        { kind: "ServiceAccount", apiGroup: "apps", name: "A" },
      ],
    },
    [
      'roleRef.apiGroup: Unsupported value: "apps": supported values: "rbac.authorization.k8s.io"',
      'roleRef.kind: Unsupported value: "Group": supported values: "ClusterRole", "Role"',
      "roleRef.name: Required value",
      "subjects[0].name: Required value",
      'subjects[0].name: Invalid value: "": user name cannot be empty',
      'subjects[1].kind: Unsupported value: "Robot": supported values: "Group", "ServiceAccount", "User"',
      "subjects[2].name: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      'subjects[2].apiGroup: Unsupported value: "apps": supported values: ""',
    ],
  ],
  [
    "a binding of the cluster for an account of no namespace, to a role of one",
    clusterRoleBindings,
    { roleRef: { ...view, kind: "Role" }, subjects: [{ kind: "ServiceAccount", name: "a" }] },
    [
      'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
      "subjects[0].namespace: Required value",
    ],
  ],
  ["a class of the system", priorityClasses, classNamed("system-node-critical", 2_000_001_000), []],
  [
    "a class that would be the system's",
    priorityClasses,
    classNamed("system-mine", 5),
    [
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class",
    ],
  ],
  [
    "a class of the system for everybody",
    priorityClasses,
    { ...classNamed("system-node-critical", 2_000_001_000), globalDefault: true },
    [
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: globalDefault of system-node-critical PriorityClass must be false",
    ],
  ],
  [
    "a class above all",
    priorityClasses,
    classNamed("high", 1_000_000_001),
    ["value: Forbidden: maximum allowed value of a user defined priority is 1000000000"],
  ],
];
for (const [name, kind, object, messages] of rows)
  test(`roles and priorities are judged as Kubernetes judges them: ${name}`, () =>
    assert.deepEqual(told(kind, object), messages));

test("who a binding is for may be said without the group", () => {
  const bound = Object(
    stored(roleBindings, {
      roleRef: { kind: "Role", name: "a" },
      subjects: [
        { kind: "User", name: "ada" },
        { kind: "ServiceAccount", name: "web" },
      ],
    }),
  );
  assert.equal(bound.roleRef.apiGroup, view.apiGroup);
  assert.deepEqual(bound.subjects, [
    { kind: "User", name: "ada", apiGroup: view.apiGroup },
    { kind: "ServiceAccount", name: "web" },
  ]);
});

test("a binding keeps its role", () => {
  const edit = { ...view, name: "edit" };
  assert.deepEqual(toldOfUpdate(clusterRoleBindings, { roleRef: edit }, { roleRef: view }), [
    'roleRef: Invalid value: {"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"edit"}: cannot change roleRef',
  ]);
});

test("a class keeps its number", () =>
  assert.deepEqual(
    toldOfUpdate(priorityClasses, { value: 2, preemptionPolicy: "Never" }, { value: 1, description: "all the same" }),
    [
      "value: Forbidden: may not be changed in an update.",
      'preemptionPolicy: Invalid value: "Never": field is immutable',
    ],
  ));
