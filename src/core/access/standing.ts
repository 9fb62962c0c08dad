import {
  controllerManagerUser,
  ingressUser,
  proxyUser,
  schedulerUser,
  serviceAccountsGroup,
} from "#api/authentication/subjects.ts";
import { nodeOf } from "./attributes.ts";
import { type Identity, isAdministrator } from "./identity.ts";

/** As whom somebody is let in: what keeps the cluster going has seats that nobody else can take. */
export type Standing = "system" | "workload";

const components: ReadonlySet<string> = new Set([
  "system:apiserver",
  controllerManagerUser,
  proxyUser,
  schedulerUser,
  ingressUser,
]);

/**
 * Whether somebody is a part of the cluster: what keeps it going is not held up by those who use it. The names are told one by one, since
 * `system:` begins the names of strangers too: anonymous clients, and machines that hold nothing but a bootstrap token.
 */
export const isOfCluster = (identity: Identity): boolean =>
  components.has(identity.user) || nodeOf(identity) !== undefined;

/** Administrators, nodes, the control plane, and the service accounts of kube-system. Source: the suggested FlowSchemas of KEP-1040. */
export function standingOf(identity: Identity): Standing {
  const isSystem =
    isOfCluster(identity) ||
    isAdministrator(identity) ||
    identity.groups.includes(`${serviceAccountsGroup}:kube-system`);
  return isSystem ? "system" : "workload";
}
