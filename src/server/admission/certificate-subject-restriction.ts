import { mastersGroup } from "#api/authentication/subjects.ts";
import { parseRequest } from "#api/certificates/certificate-signing-request/request.ts";
import {
  type CertificateSigningRequest,
  certificateSigningRequests,
} from "#api/certificates/certificate-signing-request.ts";
import { isOf } from "../object.ts";
import type { AdmissionPlugin } from "./plugin.ts";

/** Nobody becomes an administrator by a request. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: "CertificateSubjectRestriction",
  at: ["certificates.k8s.io/certificatesigningrequests"],
  denial: (next, { operation }) =>
    operation === "create" && isOf(certificateSigningRequests, next) && asksToBeMaster(next)
      ? `use of ${clientSigner} signer with ${mastersGroup} group is not allowed`
      : undefined,
};

const clientSigner = "kubernetes.io/kube-apiserver-client";

function asksToBeMaster({ spec }: CertificateSigningRequest): boolean {
  const parsed = parseRequest(spec.request);
  return (
    spec.signerName === clientSigner && parsed.kind === "read" && parsed.value.organizations.includes(mastersGroup)
  );
}
