/** Users and groups that mean something in every cluster. Source: user.go in k8s.io/apiserver, pkg/authentication/user. */

/** Whom nothing is refused. */
export const mastersGroup = "system:masters";
/** The agents of nodes; the user of each is the prefix and the node's name. */
export const nodesGroup = "system:nodes";
export const nodeUserPrefix = "system:node:";
/** Everybody who has shown who they are, and everybody else. */
export const authenticatedGroup = "system:authenticated";
export const unauthenticatedGroup = "system:unauthenticated";
/** Who has shown nothing. */
export const anonymousUser = "system:anonymous";
/** Every service account; each is in the group of its namespace too. */
export const serviceAccountsGroup = "system:serviceaccounts";
/** Machines that are to become nodes. */
export const bootstrappersGroup = "system:bootstrappers";

export const controllerManagerUser = "system:kube-controller-manager";
export const schedulerUser = "system:kube-scheduler";
export const proxyUser = "system:kube-proxy";
/** As whom the ingress controller asks that a cluster runs for itself. */
export const ingressUser = "portolan:ingress";
