import { ingressUser } from "#api/authentication/subjects.ts";
import { clusterRoles } from "#api/rbac/cluster-role.ts";
import { clusterRoleBindings } from "#api/rbac/cluster-role-binding.ts";
import { type PolicyRule, rbacGroup } from "#api/rbac/role/spec.ts";
import { roles } from "#api/rbac/role.ts";
import { roleBindings } from "#api/rbac/role-binding.ts";
import { type WantedObject, wantedObject } from "#daemons/controllers/ingress-arrival.ts";

/** Where the ingress controller lives that a cluster runs for itself, and what the Service before it is called. */
export const ingressPlace = { namespace: "portolan-system", name: "portolan-ingress" };

/** What all objects of that controller are labelled by. */
export const ingressLabels = { "app.kubernetes.io/name": ingressPlace.name };
export const managedLabels = { ...ingressLabels, "app.kubernetes.io/managed-by": "portolan" };

const follow = ["list", "watch"];

/** Of Secrets and ConfigMaps it is given those alone that it names. */
export const ingressRules: readonly PolicyRule[] = [
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses", "ingressclasses"], verbs: follow },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses/status"], verbs: ["patch"] },
  { apiGroups: [""], resources: ["services"], verbs: follow },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: follow },
  { apiGroups: [""], resources: ["secrets", "configmaps"], verbs: follow },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
];

/** In its own namespace besides: TCP and UDP ports are opened there. */
export const ingressPlaceRules: readonly PolicyRule[] = [
  { apiGroups: [""], resources: ["services"], verbs: ["patch"], resourceNames: [ingressPlace.name] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["create", "patch", "delete"] },
];

const everywhere = { namespace: "", name: ingressUser };
const subjects = [{ apiGroup: rbacGroup, kind: "User", name: ingressUser }];

/** What gives it these. */
export const ingressRights: readonly WantedObject[] = [
  wantedObject(clusterRoles, everywhere, {
    metadata: { name: ingressUser, labels: managedLabels },
    rules: ingressRules,
  }),
  wantedObject(clusterRoleBindings, everywhere, {
    metadata: { name: ingressUser, labels: managedLabels },
    roleRef: { apiGroup: rbacGroup, kind: "ClusterRole", name: ingressUser },
    subjects,
  }),
  wantedObject(roles, ingressPlace, {
    metadata: { ...ingressPlace, labels: managedLabels },
    rules: ingressPlaceRules,
  }),
  wantedObject(roleBindings, ingressPlace, {
    metadata: { ...ingressPlace, labels: managedLabels },
    roleRef: { apiGroup: rbacGroup, kind: "Role", name: ingressPlace.name },
    subjects,
  }),
];
