import { nodeOf } from "#core/access/attributes.ts";
import type { Identity } from "#core/access/identity.ts";

/** As whom somebody is let in: what keeps the cluster going has seats that nobody else can take. */
export type Standing = "system" | "workload";

const components = new Set([
  "system:apiserver",
  "system:kube-controller-manager",
  "system:kube-proxy",
  "system:kube-scheduler",
  "portolan:ingress",
]);

/** Administrators, nodes, the control plane, and the service accounts of kube-system. Source: the suggested FlowSchemas of KEP-1040. */
export function standingOf(identity: Identity): Standing {
  const { user, groups } = identity;
  const isSystem =
    components.has(user) ||
    nodeOf(identity) !== undefined ||
    groups.includes("system:masters") ||
    groups.includes("system:serviceaccounts:kube-system");
  return isSystem ? "system" : "workload";
}
