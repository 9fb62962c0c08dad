/** Where a node stands. Source: kubernetes.io well-known labels. */
export const hostnameLabel = "kubernetes.io/hostname";
export const zoneLabel = "topology.kubernetes.io/zone";
export const regionLabel = "topology.kubernetes.io/region";

const isWithin = (domain: string, parent: string): boolean => domain === parent || domain.endsWith(`.${parent}`);

/**
 * Whether a node may give itself that label: all but those of Kubernetes by which workloads are kept from nodes.
 * Source: NodeRestriction's getForbiddenLabels; IsKubeletLabel in k8s.io/kubelet/pkg/apis.
 */
export function isNodesOwnLabel(label: string): boolean {
  const slash = label.indexOf("/");
  const domain = slash < 0 ? "" : label.slice(0, slash);
  if (isWithin(domain, "node-restriction.kubernetes.io")) return false;
  const isKubernetes = isWithin(domain, "kubernetes.io") || isWithin(domain, "k8s.io");
  return !isKubernetes || kubeletLabels.has(label) || kubeletDomains.some((own) => isWithin(domain, own));
}

const kubeletLabels = new Set([
  hostnameLabel,
  "kubernetes.io/os",
  "kubernetes.io/arch",
  "node.kubernetes.io/instance-type",
  zoneLabel,
  regionLabel,
  "beta.kubernetes.io/os",
  "beta.kubernetes.io/arch",
  "beta.kubernetes.io/instance-type",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
  "failure-domain.kubernetes.io/zone",
  "failure-domain.kubernetes.io/region",
]);
const kubeletDomains = ["kubelet.kubernetes.io", "node.kubernetes.io"];
