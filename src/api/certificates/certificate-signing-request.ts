import { showDuration } from "#machinery/age.ts";
import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, statusSubresource, unchanged } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { requestProblems, requestUpdateProblems } from "./certificate-signing-request/rules.ts";
import { CertificateSigningRequestSpec, CertificateSigningRequestStatus } from "./certificate-signing-request/spec.ts";

export class CertificateSigningRequest extends object("io.k8s.api.certificates.v1.CertificateSigningRequest", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, CertificateSigningRequestSpec),
  status: defaulted(3, CertificateSigningRequestStatus, {}),
}) {}

export const certificateSigningRequests = defineKind<typeof CertificateSigningRequest>({
  group: "certificates.k8s.io",
  version: "v1",
  kind: "CertificateSigningRequest",
  plural: "certificatesigningrequests",
  singular: "certificatesigningrequest",
  shortNames: ["csr"],
  categories: [],
  scope: "Cluster",
  type: CertificateSigningRequest,
  subresources: [{ name: "approval", verbs: ["get", "patch", "update"] }, statusSubresource],
  columns: [
    nameColumn,
    ageColumn,
    { name: "SignerName", type: "string", cell: ({ spec }) => spec.signerName || "<none>", doc: "Who is to sign it." },
    { name: "Requestor", type: "string", cell: ({ spec }) => spec.username ?? "", doc: "Who asks." },
    {
      name: "RequestedDuration",
      type: "string",
      cell: ({ spec: { expirationSeconds: seconds } }) =>
        seconds === undefined ? "<none>" : showDuration(seconds * 1000),
      doc: "For how long the certificate is wanted.",
    },
    { name: "Condition", type: "string", cell: condition, doc: "What has been decided, and whether it was signed." },
  ],
  selectableFields: { "spec.signerName": ({ spec }) => spec.signerName },
  nameRule: "path-segment",
  derive: unchanged,
  initialStatus: () => ({}),
  rules: [requestProblems],
  updateRules: [requestUpdateProblems],
});

// Source: extractCSRStatus in pkg/printers/internalversion/printers.go.
function condition({ status: { conditions = [], certificate = "" } }: CertificateSigningRequest): string {
  const has = (wanted: string) => conditions.some(({ type }) => type === wanted);
  const decided = has("Denied") ? "Denied" : has("Approved") ? "Approved" : "Pending";
  return `${decided}${has("Failed") ? ",Failed" : ""}${certificate === "" ? "" : ",Issued"}`;
}
