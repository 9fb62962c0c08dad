import assert from "node:assert/strict";
import { test } from "node:test";
import type { Subject } from "#api/rbac/role/spec.ts";
import { AccessBook } from "./access-book.ts";

const getPods = { kind: "resource", verb: "get", group: "", resource: "pods", subresource: "", name: "" } as const;
const rules = [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }];
const user = (name: string): Subject => ({ kind: "User", name });
const reader = { kind: "Role", name: "reader" };
const [role, binding] = [
  { namespace: "shop", name: "reader" },
  { namespace: "shop", name: "readers" },
];

interface From {
  readonly namespace?: string;
  readonly groups?: readonly string[];
}

function may(book: AccessBook, name: string, { namespace = "shop", groups = [] }: From = {}): string {
  const { kind, because } = book.decide({ user: name, groups }, { ...getPods, namespace });
  return because === "" ? kind : `${kind}: ${because}`;
}
const byReaders = (subject: string): string =>
  `allowed: RBAC: allowed by RoleBinding "readers/shop" of Role "reader" to ${subject}`;

test("it doesn't matter whether a role or its binding comes first", () => {
  const book = new AccessBook();
  book.observeBinding(binding, { roleRef: reader, subjects: [user("anna")] });
  assert.equal(may(book, "anna"), 'denied: RBAC: role.rbac.authorization.k8s.io "reader" not found');
  book.observeRole(role, rules);
  assert.equal(may(book, "anna"), byReaders('User "anna"'));
});

test("a binding whose subjects change is no longer for those who were in it", () => {
  const book = new AccessBook();
  book.observeRole(role, rules);
  book.observeBinding(binding, { roleRef: reader, subjects: [user("anna"), user("ben")] });
  book.observeBinding(binding, { roleRef: reader, subjects: [user("ben"), { kind: "Group", name: "devs" }] });
  assert.equal(may(book, "anna"), "denied");
  assert.equal(may(book, "ben"), byReaders('User "ben"'));
  assert.equal(may(book, "anna", { groups: ["devs"] }), byReaders('Group "devs"'));
  book.observeBinding(binding, undefined);
  assert.deepEqual([may(book, "ben"), may(book, "anna", { groups: ["devs"] })], ["denied", "denied"]);
});

test("one binding that goes leaves what another gives", () => {
  const book = new AccessBook();
  book.observeRole(role, rules);
  book.observeBinding(binding, { roleRef: reader, subjects: [user("anna")] });
  book.observeBinding({ ...binding, name: "others" }, { roleRef: reader, subjects: [user("anna")] });
  book.observeBinding({ ...binding, name: "others" }, undefined);
  assert.equal(may(book, "anna"), byReaders('User "anna"'));
});

test("a role that changes, or goes, counts as it is", () => {
  const book = new AccessBook();
  book.observeRole(role, rules);
  book.observeBinding(binding, { roleRef: reader, subjects: [user("anna")] });
  book.observeRole(role, []);
  assert.equal(may(book, "anna"), "denied");
  book.observeRole(role, undefined);
  assert.equal(may(book, "anna"), 'denied: RBAC: role.rbac.authorization.k8s.io "reader" not found');
});

test("a Role and a ClusterRole of one name are two, and so are bindings of one name in two namespaces", () => {
  const book = new AccessBook();
  book.observeRole({ namespace: "", name: "reader" }, rules);
  book.observeBinding(binding, { roleRef: reader, subjects: [user("anna")] });
  book.observeBinding(
    { namespace: "lab", name: "readers" },
    { roleRef: { ...reader, kind: "ClusterRole" }, subjects: [user("anna")] },
  );
  assert.equal(may(book, "anna"), 'denied: RBAC: role.rbac.authorization.k8s.io "reader" not found');
  assert.match(may(book, "anna", { namespace: "lab" }), /^allowed/);
  assert.equal(may(book, "anna", { namespace: "" }), "denied");
});

test("of several subjects that somebody is the first is named", () => {
  const book = new AccessBook();
  book.observeRole(role, rules);
  const account = { kind: "ServiceAccount", name: "robot" };
  book.observeBinding(binding, { roleRef: reader, subjects: [account, user("system:serviceaccount:shop:robot")] });
  assert.equal(may(book, "system:serviceaccount:shop:robot"), byReaders('ServiceAccount "robot/shop"'));
});

test("a service account of no namespace is nobody to a binding for the whole cluster, and an unknown kind of subject is nobody", () => {
  const book = new AccessBook();
  book.observeRole({ namespace: "", name: "reader" }, rules);
  const subjects = [
    { kind: "ServiceAccount", name: "robot" },
    { kind: "Robot", name: "anna" },
  ];
  book.observeBinding({ namespace: "", name: "all" }, { roleRef: { ...reader, kind: "ClusterRole" }, subjects });
  for (const name of ["system:serviceaccount::robot", "robot", "anna"]) assert.equal(may(book, name), "denied");
});

test("all that somebody may do is what counts everywhere, then what counts there, with what is missing", () => {
  const book = new AccessBook();
  const nodes = [{ verbs: ["list"], apiGroups: [""], resources: ["nodes"] }];
  book.observeRole(role, rules);
  book.observeRole({ namespace: "", name: "nodes" }, nodes);
  book.observeBinding(binding, { roleRef: reader, subjects: [user("anna")] });
  book.observeBinding(
    { namespace: "", name: "n" },
    { roleRef: { kind: "ClusterRole", name: "nodes" }, subjects: [user("anna")] },
  );
  book.observeBinding(
    { namespace: "", name: "m" },
    { roleRef: { kind: "ClusterRole", name: "gone" }, subjects: [user("anna")] },
  );
  const anna = { user: "anna", groups: [] };
  const faults = ['clusterrole.rbac.authorization.k8s.io "gone" not found'];
  assert.deepEqual(book.rulesFor(anna, "shop"), { rules: [...nodes, ...rules], faults });
  assert.deepEqual(book.rulesFor(anna, ""), { rules: nodes, faults });
});
