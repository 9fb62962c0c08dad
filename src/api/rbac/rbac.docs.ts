import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { ClusterRole } from "./cluster-role.ts";
import { ClusterRoleBinding } from "./cluster-role-binding.ts";
import * as parts from "./role/spec.ts";
import { Role } from "./role.ts";
import { RoleBinding } from "./role-binding.ts";

const roleRef = "The role that is given. It can't be changed: delete the binding and make another.";

export const rbacDocs: readonly Documented[] = [
  documented(Role, {
    "": "A set of things that may be done in one namespace. By itself it gives nobody anything: bindings do.",
    metadata: "Name and labels of the role; rules count in its own namespace alone.",
    rules: "What may be done. Rules only ever add: nothing is forbidden by one.",
  }),
  documented(ClusterRole, {
    "": "A set of things that may be done everywhere, or in one namespace where a RoleBinding gives it.",
    metadata: "Name and labels of the role; aggregated roles find it by the labels.",
    rules: "What may be done. Written by the control plane where aggregationRule is set.",
    aggregationRule: "Gathers the rules of other ClusterRoles into this one.",
  }),
  documented(RoleBinding, {
    "": "Gives a role to users, groups and service accounts, in one namespace.",
    metadata: "Name of the binding and the namespace in which the role counts.",
    subjects: "Who gets the role.",
    roleRef,
  }),
  documented(ClusterRoleBinding, {
    "": "Gives a ClusterRole to users, groups and service accounts, in all namespaces and for what has none.",
    metadata: "Name and labels of the binding.",
    subjects: "Who gets the role.",
    roleRef,
  }),
  documented(parts.PolicyRule, {
    "": "Verbs, and what they may be used on: resources of API groups, or URLs that are no resources.",
    verbs: "get, list, watch, create, update, patch, delete, deletecollection and further ones; * stands for all.",
    apiGroups: 'The groups of the resources: "" for the core group, * for all.',
    resources: "Names as in URLs: pods, pods/log for a subresource, * for all.",
    resourceNames:
      "Only the objects of these names; all where left out. It can't hold back create or deletecollection.",
    nonResourceURLs: "Paths such as /healthz, with * as the last step. In ClusterRoles only.",
  }),
  documented(parts.AggregationRule, {
    "": "Which ClusterRoles are gathered into one.",
    clusterRoleSelectors: "A role is taken whose labels fit one of these.",
  }),
  documented(parts.RoleRef, {
    "": "The role that a binding gives.",
    apiGroup: "rbac.authorization.k8s.io, also where left out.",
    kind: "Role, of the binding's own namespace, or ClusterRole.",
    name: "What the role is called.",
  }),
  documented(parts.Subject, {
    "": "Somebody who gets a role.",
    kind: "User, Group or ServiceAccount.",
    apiGroup: 'rbac.authorization.k8s.io for users and groups, "" for service accounts; filled in where left out.',
    name: "What the user, group or service account is called.",
    namespace: "Where the service account is; users and groups have none.",
  }),
];
