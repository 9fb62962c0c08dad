import type { PolicyRule } from "#api/rbac/role/spec.ts";
import type { DefaultClusterRole } from "./people.ts";
import { follow, read, rule, tellEvents, urlRule } from "./rule.ts";

// What the parts of a cluster are given, and who works for one. Source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go.

const newcomerRules: readonly PolicyRule[] = [
  rule(`create,${read}`, "certificates.k8s.io", "certificatesigningrequests"),
];

/** Pods, and names of nodes, are ours: a host port may be answered on every node, and has a name. */
export const proxierRules: readonly PolicyRule[] = [
  rule(read, "", "services,endpoints,nodes,pods"),
  rule(read, "discovery.k8s.io", "endpointslices"),
  rule(read, "networking.k8s.io", "servicecidrs"),
  tellEvents,
];

/** Nobody has it: the node authorizer knows better what a node may see. */
const nodeRules: readonly PolicyRule[] = [
  rule("create", "authentication.k8s.io", "tokenreviews"),
  rule("create", "authorization.k8s.io", "subjectaccessreviews,localsubjectaccessreviews"),
  rule(read, "", "services"),
  rule(`create,${read}`, "", "nodes"),
  rule("update,patch", "", "nodes,nodes/status"),
  rule("create,update,patch", "", "events"),
  rule(`${read},create,delete`, "", "pods"),
  rule("update,patch", "", "pods/status"),
  rule("create", "", "pods/eviction"),
  rule(read, "", "secrets,configmaps"),
  rule("get", "", "persistentvolumeclaims,persistentvolumes"),
  rule("get", "", "endpoints"),
  ...newcomerRules,
  rule("get,create,update,patch,delete", "coordination.k8s.io", "leases"),
  rule("get", "storage.k8s.io", "volumeattachments"),
  rule("create", "", "serviceaccounts/token"),
  rule("get,update,patch", "", "persistentvolumeclaims/status"),
  rule(read, "storage.k8s.io", "csidrivers"),
  rule("get,create,update,patch,delete", "storage.k8s.io", "csinodes"),
  rule(read, "node.k8s.io", "runtimeclasses"),
];

const askWhoMay: readonly PolicyRule[] = [
  rule("create", "authentication.k8s.io", "tokenreviews"),
  rule("create", "authorization.k8s.io", "subjectaccessreviews"),
];

/** One of several that are ready leads. */
const leads = (component: string): readonly PolicyRule[] => [
  rule("create", "coordination.k8s.io", "leases"),
  { ...rule("get,update", "coordination.k8s.io", "leases"), resourceNames: [component] },
];

const schedulerRules: readonly PolicyRule[] = [
  tellEvents,
  ...leads("kube-scheduler"),
  rule(read, "", "nodes"),
  rule(`${read},delete`, "", "pods"),
  rule("create", "", "pods/binding,bindings"),
  rule("patch,update", "", "pods/status"),
  rule(read, "", "services,replicationcontrollers,namespaces"),
  rule(read, "apps", "replicasets,statefulsets"),
  rule(read, "policy", "poddisruptionbudgets"),
  rule(read, "", "persistentvolumeclaims,persistentvolumes"),
  ...askWhoMay,
  rule(read, "storage.k8s.io", "csinodes,csidrivers,csistoragecapacities"),
];

const controllerManagerRules: readonly PolicyRule[] = [
  tellEvents,
  ...leads("kube-controller-manager"),
  rule("create", "", "secrets,serviceaccounts"),
  rule("delete", "", "secrets"),
  rule("get", "", "namespaces,secrets,serviceaccounts,configmaps"),
  rule("update", "", "secrets,serviceaccounts"),
  ...askWhoMay,
  rule(follow, "*", "*"),
  rule("create", "", "serviceaccounts/token"),
];

const asksFor = (what: string): readonly PolicyRule[] => [
  rule("create", "certificates.k8s.io", `certificatesigningrequests/${what}`),
];
const approves = (signer: string): readonly PolicyRule[] => [
  { ...rule("approve", "certificates.k8s.io", "signers"), resourceNames: [`kubernetes.io/${signer}`] },
];

const keys = "/.well-known/openid-configuration,/.well-known/openid-configuration/,/openid/v1/jwks,/openid/v1/jwks/";

const components: Readonly<Record<string, readonly PolicyRule[]>> = {
  "system:node": nodeRules,
  "system:node-bootstrapper": newcomerRules,
  "system:node-problem-detector": [rule("get", "", "nodes"), rule("patch", "", "nodes/status"), tellEvents],
  "system:node-proxier": proxierRules,
  "system:kube-controller-manager": controllerManagerRules,
  "system:kube-dns": [rule(follow, "", "endpoints,services")],
  "system:kube-scheduler": schedulerRules,
  "system:kubelet-api-admin": [
    rule(read, "", "nodes"),
    rule("proxy", "", "nodes"),
    rule("*", "", "nodes/proxy,nodes/metrics,nodes/log,nodes/stats"),
  ],
  "system:auth-delegator": askWhoMay,
  "system:persistent-volume-provisioner": [
    rule(`${read},create,delete`, "", "persistentvolumes"),
    rule(`${read},update`, "", "persistentvolumeclaims"),
    rule(read, "storage.k8s.io", "storageclasses"),
    rule("watch", "", "events"),
    tellEvents,
  ],
  "system:volume-scheduler": [
    rule(`${read},update,patch`, "", "persistentvolumes"),
    rule(read, "storage.k8s.io", "storageclasses"),
    rule(`${read},update,patch`, "", "persistentvolumeclaims"),
  ],
  "system:service-account-issuer-discovery": [urlRule("get", keys)],
  "system:certificates.k8s.io:certificatesigningrequests:nodeclient": asksFor("nodeclient"),
  "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient": asksFor("selfnodeclient"),
  "system:certificates.k8s.io:kube-apiserver-client-approver": approves("kube-apiserver-client"),
  "system:certificates.k8s.io:kube-apiserver-client-kubelet-approver": approves("kube-apiserver-client-kubelet"),
  "system:certificates.k8s.io:kubelet-serving-approver": approves("kubelet-serving"),
  "system:certificates.k8s.io:legacy-unknown-approver": approves("legacy-unknown"),
};

export const componentRoles: readonly DefaultClusterRole[] = Object.entries(components).map(([name, rules]) => ({
  name,
  rules,
}));
