import type { PolicyRule } from "#api/rbac/role/spec.ts";
import { proxierRules } from "#core/access/default-roles/components.ts";

const read = ["get", "list", "watch"];

/**
 * What every node may do besides what concerns itself and its pods alone. A node is its own service proxy, so it may do what that may.
 * Source: NodeRules in plugin/pkg/auth/authorizer/rbac/bootstrappolicy.
 */
export const nodeRules: readonly PolicyRule[] = [
  {
    apiGroups: ["certificates.k8s.io"],
    resources: ["certificatesigningrequests"],
    verbs: ["create", ...read],
  },
  { apiGroups: ["node.k8s.io"], resources: ["runtimeclasses"], verbs: read },
  // Each node answers names itself, and hosts of Ingresses are names.
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: read },
  { apiGroups: ["storage.k8s.io"], resources: ["csidrivers"], verbs: read },
  { apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] },
  {
    apiGroups: ["authorization.k8s.io"],
    resources: ["subjectaccessreviews", "localsubjectaccessreviews"],
    verbs: ["create"],
  },
  ...proxierRules,
];
