import { certificateSigningRequests } from "#api/certificates/certificate-signing-request.ts";
import { isOf } from "../object.ts";
import type { AdmissionPlugin } from "./plugin.ts";
import { maySpeakFor } from "./signer-permission.ts";

/** Who may approve requests, may do so only for signers that were entrusted to him. */
export const certificateApproval: AdmissionPlugin = {
  name: "CertificateApproval",
  at: ["certificates.k8s.io/certificatesigningrequests/approval"],
  denial: (_, { call, old }) => {
    if (!isOf(certificateSigningRequests, old)) return undefined;
    const { signerName } = old.spec;
    return maySpeakFor(call, "approve", signerName)
      ? undefined
      : `user not permitted to approve requests with signerName ${JSON.stringify(signerName)}`;
  },
};
