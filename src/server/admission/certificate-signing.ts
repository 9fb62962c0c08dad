import { isDeepStrictEqual } from "node:util";
import { certificateSigningRequests } from "#api/certificates/certificate-signing-request.ts";
import { isOf } from "../object.ts";
import type { AdmissionPlugin } from "./plugin.ts";
import { maySpeakFor } from "./signer-permission.ts";

/** Who may write the status of requests, may put certificates there only as a signer that was entrusted to him. */
export const certificateSigning: AdmissionPlugin = {
  name: "CertificateSigning",
  at: ["certificates.k8s.io/certificatesigningrequests/status"],
  denial: (next, { call, old }) => {
    if (!isOf(certificateSigningRequests, next) || !isOf(certificateSigningRequests, old)) return undefined;
    const isSame =
      next.status.certificate === old.status.certificate &&
      isDeepStrictEqual(next.status.conditions ?? [], old.status.conditions ?? []);
    const { signerName } = old.spec;
    return isSame || maySpeakFor(call, "sign", signerName)
      ? undefined
      : `user not permitted to sign requests with signerName ${JSON.stringify(signerName)}`;
  },
};
