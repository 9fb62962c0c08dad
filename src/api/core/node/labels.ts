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

/** What to say instead of an old label. Source: deprecatedNodeLabels in pkg/api/node/util.go. */
const successors: ReadonlyMap<string, string> = new Map([
  ["beta.kubernetes.io/arch", 'deprecated since v1.14; use "kubernetes.io/arch" instead'],
  ["beta.kubernetes.io/os", 'deprecated since v1.14; use "kubernetes.io/os" instead'],
  ["failure-domain.beta.kubernetes.io/region", 'deprecated since v1.17; use "topology.kubernetes.io/region" instead'],
  ["failure-domain.beta.kubernetes.io/zone", 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead'],
  ["beta.kubernetes.io/instance-type", 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead'],
]);

/** Where a label of nodes has another name today: what clients are told. */
export const oldLabelNotice = (label: string): string | undefined => successors.get(label);
