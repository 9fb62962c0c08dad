import { type Documented, documented } from "#machinery/openapi/docs.ts";
import {
  CertificateSigningRequestCondition,
  CertificateSigningRequestSpec,
  CertificateSigningRequestStatus,
} from "./certificate-signing-request/spec.ts";
import { CertificateSigningRequest } from "./certificate-signing-request.ts";

export const certificateSigningRequestDocs: readonly Documented[] = [
  documented(CertificateSigningRequest, {
    "": "Somebody asks for a certificate; one who may decides, and the signer that is named signs.",
    metadata: "Name, labels and bookkeeping. A request is deleted some time after it was decided.",
    spec: "What is asked for. It never changes.",
    status: "What has been decided, and the certificate.",
  }),
  documented(CertificateSigningRequestSpec, {
    "": "What is asked for, and by whom.",
    request: "A PKCS#10 request in PEM, signed with the key that the certificate is to be for.",
    username: "Who asks; filled in by the server.",
    uid: "Their UID where they have one; filled in by the server.",
    groups: "Their groups; filled in by the server.",
    extra: "What else is known of who asks; filled in by the server.",
    usages: "What the certificate is for: `client auth`, `server auth`, `digital signature`, …",
    signerName:
      "Who is to sign: `kubernetes.io/kube-apiserver-client-kubelet`, `kubernetes.io/kubelet-serving`, `kubernetes.io/kube-apiserver-client`, or a signer of your own.",
    expirationSeconds: "For how long the certificate is wanted, 600 or more; the signer may make it shorter.",
  }),
  documented(CertificateSigningRequestStatus, {
    "": "What has become of the request.",
    conditions: "`Approved` or `Denied`, and `Failed` where the signer could not sign.",
    certificate: "The certificate in PEM, once it is signed.",
  }),
  documented(CertificateSigningRequestCondition, {
    "": "One decision about a request, or what became of it.",
    type: "`Approved`, `Denied`, `Failed`, or a word of a signer's own.",
    status: "`True`; other words only for conditions of a signer's own.",
    reason: "Why it was decided so, in one word that programs may compare.",
    message: "Why it was decided so, in a sentence for people.",
    lastUpdateTime: "When it was written last.",
    lastTransitionTime: "When its status changed last.",
  }),
];
