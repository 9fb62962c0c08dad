import { bytes, int32, list, listMap, map, object, optional, required, string, time } from "#machinery/schema.ts";

export class CertificateSigningRequestSpec extends object("io.k8s.api.certificates.v1.CertificateSigningRequestSpec", {
  request: required(1, bytes),
  username: optional(2, string),
  uid: optional(3, string),
  groups: optional(4, list(string)),
  usages: optional(5, list(string)),
  extra: optional(6, map(list(string))),
  signerName: required(7, string),
  expirationSeconds: optional(8, int32(), { zero: "counts" }),
}) {}

export class CertificateSigningRequestCondition extends object(
  "io.k8s.api.certificates.v1.CertificateSigningRequestCondition",
  {
    type: required(1, string),
    reason: optional(2, string),
    message: optional(3, string),
    lastUpdateTime: optional(4, time),
    lastTransitionTime: optional(5, time),
    status: required(6, string),
  },
) {}

export class CertificateSigningRequestStatus extends object(
  "io.k8s.api.certificates.v1.CertificateSigningRequestStatus",
  {
    conditions: optional(1, listMap(CertificateSigningRequestCondition, ["type"], { patch: false })),
    certificate: optional(2, bytes),
  },
) {}
