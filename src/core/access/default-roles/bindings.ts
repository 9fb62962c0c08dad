import {
  authenticatedGroup,
  bootstrappersGroup,
  controllerManagerUser,
  mastersGroup,
  proxyUser,
  schedulerUser,
  serviceAccountsGroup,
  unauthenticatedGroup,
} from "#api/authentication/subjects.ts";
import type { PolicyRule, RoleRef, Subject } from "#api/rbac/role/spec.ts";
import { rbacGroup } from "#api/rbac/role/spec.ts";
import { rule } from "./rule.ts";

// Source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go and namespace_policy.go in Kubernetes.

/** A RoleBinding; a ClusterRoleBinding where it has no namespace. */
export interface DefaultBinding {
  readonly namespace?: string;
  readonly name: string;
  readonly roleRef: RoleRef;
  readonly subjects: readonly Subject[];
}

const user = (name: string): Subject => ({ kind: "User", apiGroup: rbacGroup, name });
const group = (name: string): Subject => ({ kind: "Group", apiGroup: rbacGroup, name });
const account = (name: string): Subject => ({ kind: "ServiceAccount", name, namespace: "kube-system" });

const known = group(authenticatedGroup);
const unknown = group(unauthenticatedGroup);
const [controllerManager, scheduler] = [user(controllerManagerUser), user(schedulerUser)];

const everywhere = (role: string, ...subjects: readonly Subject[]): DefaultBinding => ({
  name: role,
  roleRef: { apiGroup: rbacGroup, kind: "ClusterRole", name: role },
  subjects,
});

const inKubeSystem = (name: string, role: string, ...subjects: readonly Subject[]): DefaultBinding => ({
  namespace: "kube-system",
  name,
  roleRef: { apiGroup: rbacGroup, kind: "Role", name: role },
  subjects,
});

const configReader = "extension-apiserver-authentication-reader";
const leading = (component: string): string => `system::leader-locking-${component}`;

export const defaultBindings: readonly DefaultBinding[] = [
  everywhere("cluster-admin", group(mastersGroup)),
  everywhere("system:basic-user", known),
  everywhere("system:discovery", known),
  everywhere("system:public-info-viewer", known, unknown),
  everywhere("system:monitoring", group("system:monitoring")),
  everywhere("system:node"),
  everywhere("system:node-proxier", user(proxyUser)),
  everywhere("system:kube-controller-manager", controllerManager),
  everywhere("system:kube-dns", account("kube-dns")),
  everywhere("system:kube-scheduler", scheduler),
  everywhere("system:volume-scheduler", scheduler),
  everywhere("system:service-account-issuer-discovery", group(serviceAccountsGroup)),
  // Kubernetes leaves this one to whoever lets machines join, such as kubeadm.
  { ...everywhere("system:node-bootstrapper", group(bootstrappersGroup)), name: "portolan:node-bootstrapper" },
  inKubeSystem(`system::${configReader}`, configReader, controllerManager, scheduler),
  inKubeSystem(leading("kube-controller-manager"), leading("kube-controller-manager"), controllerManager),
  inKubeSystem(leading("kube-scheduler"), leading("kube-scheduler"), scheduler),
];

/** A Role that every cluster has. */
export interface DefaultRole {
  readonly namespace: string;
  readonly name: string;
  readonly rules: readonly PolicyRule[];
}

const named = (verbs: string, name: string): PolicyRule => ({
  ...rule(verbs, "", "configmaps"),
  resourceNames: [name],
});
const leadingRole = (component: string): DefaultRole => ({
  namespace: "kube-system",
  name: leading(component),
  rules: [rule("watch", "", "configmaps"), named("get,update", component)],
});

export const defaultRoles: readonly DefaultRole[] = [
  {
    namespace: "kube-system",
    name: configReader,
    rules: [named("get,list,watch", "extension-apiserver-authentication")],
  },
  leadingRole("kube-controller-manager"),
  leadingRole("kube-scheduler"),
];
