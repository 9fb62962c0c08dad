/** The signers that a cluster has, and what each signs. Source: "Kubernetes signers" in the reference of certificate signing requests. */
import { nodesGroup, nodeUserPrefix } from "#api/authentication/subjects.ts";
import type { CertificateRequest } from "#api/certificates/certificate-signing-request/request.ts";
import type { CertificateSigningRequestSpec } from "#api/certificates/certificate-signing-request/spec.ts";

/** For the certificate by which a node's agent shows who it is. */
export const kubeletClientSigner = "kubernetes.io/kube-apiserver-client-kubelet";
/** For what the agent shows to those who call it. */
export const kubeletServingSigner = "kubernetes.io/kubelet-serving";
/** For any other client of the API. */
export const clientSigner = "kubernetes.io/kube-apiserver-client";

type Usages = NonNullable<CertificateSigningRequestSpec["usages"]>;

/** Why a signer does not sign such a request; undefined: it does. */
type Check = (request: CertificateRequest, usages: Usages) => string | undefined;

/** By signer. Source: pkg/apis/certificates/helpers.go and the signer controller in Kubernetes. */
export const signers: ReadonlyMap<string, Check> = new Map([
  [kubeletClientSigner, kubeletClientTrouble],
  [kubeletServingSigner, kubeletServingTrouble],
  [clientSigner, (_, usages) => clientTrouble(usages)],
]);

function kubeletClientTrouble(request: CertificateRequest, usages: Usages): string | undefined {
  const { organizations, dnsNames, emails, ipAddresses, uris, commonName } = request;
  if (organizations.length !== 1 || organizations[0] !== nodesGroup) return "subject organization is not system:nodes";
  if (dnsNames.length > 0) return "DNS subjectAltNames are not allowed";
  if (emails.length > 0) return "Email subjectAltNames are not allowed";
  if (ipAddresses.length > 0) return "IP subjectAltNames are not allowed";
  if (uris.length > 0) return "URI subjectAltNames are not allowed";
  if (!commonName.startsWith(nodeUserPrefix)) return "subject common name does not begin with system:node:";
  return usagesTrouble(usages, "client auth");
}

function kubeletServingTrouble(request: CertificateRequest, usages: Usages): string | undefined {
  const { organizations, dnsNames, emails, ipAddresses, uris, commonName } = request;
  if (organizations.length !== 1 || organizations[0] !== nodesGroup) return "subject organization is not system:nodes";
  if (dnsNames.length === 0 && ipAddresses.length === 0) return "DNS or IP subjectAltName is required";
  if (emails.length > 0) return "Email subjectAltNames are not allowed";
  if (uris.length > 0) return "URI subjectAltNames are not allowed";
  const trouble = usagesTrouble(usages, "server auth");
  if (trouble !== undefined) return trouble;
  return commonName.startsWith(nodeUserPrefix) ? undefined : "subject common name does not begin with system:node:";
}

/** Exactly these; keys that can't encipher leave that out. */
function usagesTrouble(usages: Usages, purpose: "client auth" | "server auth"): string | undefined {
  const needed = ["digital signature", purpose];
  const allowed = ["digital signature", "key encipherment", purpose];
  const fits = needed.every((one) => usages.includes(one)) && usages.every((one) => allowed.includes(one));
  return fits ? undefined : `usages did not match [${allowed.toSorted().join(" ")}]`;
}

function clientTrouble(usages: Usages): string | undefined {
  const strange = usages.find((one) => !["digital signature", "key encipherment", "client auth"].includes(one));
  if (strange !== undefined) return `invalid usage for client certificate: ${strange}`;
  return usages.includes("client auth") ? undefined : "missing required usage for client certificate: client auth";
}
