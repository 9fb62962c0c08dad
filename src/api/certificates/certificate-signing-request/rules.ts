import { readDer, reading } from "#machinery/der.ts";
import {
  duplicateField,
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { readPem } from "#machinery/pem.ts";
import { dnsLabelTrouble, dnsSubdomainTrouble } from "#machinery/rules/names.ts";
import { parseRequest } from "./request.ts";
import type {
  CertificateSigningRequestCondition,
  CertificateSigningRequestSpec,
  CertificateSigningRequestStatus,
} from "./spec.ts";

interface Request {
  readonly spec: CertificateSigningRequestSpec;
  readonly status: CertificateSigningRequestStatus;
}

/** What a certificate may be for. Source: KeyUsage of certificates.k8s.io/v1; RFC 5280 sections 4.2.1.3 and 4.2.1.12. */
export const usages: readonly string[] = [
  "any",
  "cert sign",
  "client auth",
  "code signing",
  "content commitment",
  "crl sign",
  "data encipherment",
  "decipher only",
  "digital signature",
  "email protection",
  "encipher only",
  "ipsec end system",
  "ipsec tunnel",
  "ipsec user",
  "key agreement",
  "key encipherment",
  "microsoft sgc",
  "netscape sgc",
  "ocsp signing",
  "s/mime",
  "server auth",
  "signing",
  "timestamping",
];

const shortestSeconds = 600;

// Source: validateCertificateSigningRequest in pkg/apis/certificates/validation.
export function* requestProblems({ spec, status }: Request): Iterable<FieldProblem> {
  const parsed = parseRequest(spec.request);
  if (parsed.kind === "malformed") yield invalidField("spec.request", spec.request, parsed.message);
  yield* usageProblems(spec.usages ?? []);
  if (spec.signerName === legacySigner)
    yield invalidField("spec.signerName", legacySigner, "the legacy signerName is not allowed via this API version");
  else yield* signerProblems("spec.signerName", spec.signerName);
  if (spec.expirationSeconds !== undefined && spec.expirationSeconds < shortestSeconds) {
    const detail = "may not specify a duration less than 600 seconds (10 minutes)";
    yield invalidField("spec.expirationSeconds", spec.expirationSeconds, detail);
  }
  yield* conditionProblems(status.conditions ?? []);
  const wrong = certificateTrouble(status.certificate ?? "");
  if (wrong !== undefined) yield invalidField("status.certificate", "<certificate data>", wrong);
}
const legacySigner = "kubernetes.io/legacy-unknown";

function* usageProblems(given: readonly string[]): Iterable<FieldProblem> {
  if (given.length === 0) yield requiredField("spec.usages");
  for (const [i, usage] of given.entries())
    if (!usages.includes(usage)) yield unsupportedField(`spec.usages[${i}]`, usage, usages);
  for (const [i, usage] of given.entries())
    if (given.indexOf(usage) < i) yield duplicateField(`spec.usages[${i}]`, usage);
}

// Source: ValidateSignerName in pkg/apis/core/validation.
function* signerProblems(path: string, signerName: string): Iterable<FieldProblem> {
  if (signerName === "") yield requiredField(path);
  const [domain = "", name, ...others] = signerName.split("/");
  if (name === undefined || others.length > 0) {
    const detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    yield invalidField(path, signerName, detail);
    return;
  }
  const labels = domain.split(".");
  for (const label of labels)
    for (const trouble of dnsLabelTrouble(label))
      yield invalidField(path, domain, `validating label ${JSON.stringify(label)}: ${trouble}`);
  if (labels.length < 2)
    yield invalidField(path, domain, "should be a domain with at least two segments separated by dots");
  for (const label of name.split("."))
    for (const trouble of dnsSubdomainTrouble(label))
      yield invalidField(path, name, `validating label ${JSON.stringify(label)}: ${trouble}`);
}

/** Conditions that are there or not: nobody denies a denial. */
const onlyTrue = new Set(["Approved", "Denied", "Failed"]);

function* conditionProblems(conditions: readonly CertificateSigningRequestCondition[]): Iterable<FieldProblem> {
  const seen = new Set<string>();
  for (const [i, { type, status }] of conditions.entries()) {
    const path = `status.conditions[${i}]`;
    if (type === "") yield requiredField(`${path}.type`);
    const allowed = onlyTrue.has(type) ? ["True"] : ["False", "True", "Unknown"];
    if (status === "") yield requiredField(`${path}.status`);
    else if (!allowed.includes(status)) yield unsupportedField(`${path}.status`, status, allowed);
    const opposite = type === "Approved" ? "Denied" : type === "Denied" ? "Approved" : undefined;
    if (opposite !== undefined && seen.has(opposite))
      yield invalidField(`${path}.type`, type, "Approved and Denied conditions are mutually exclusive");
    if (seen.has(type)) yield duplicateField(`${path}.type`, type);
    seen.add(type);
  }
}

function certificateTrouble(base64: string): string | undefined {
  if (base64 === "") return undefined;
  const blocks = readPem(utf8.decode(Uint8Array.fromBase64(base64)));
  for (const { label, hasHeaders, bytes } of blocks) {
    if (label !== "CERTIFICATE") return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(label)}`;
    if (hasHeaders) return "no PEM block headers are permitted";
    const read = reading(() => readDer(bytes));
    if (read.kind === "malformed") return read.message;
  }
  return blocks.length === 0 ? "must contain at least one CERTIFICATE PEM block" : undefined;
}
const utf8 = new TextDecoder();

const typed = ({ status }: Request, wanted: string) => (status.conditions ?? []).filter(({ type }) => type === wanted);

/** What has been decided stays decided, and what has been signed is not signed anew. */
export function* requestUpdateProblems(next: Request, old: Request): Iterable<FieldProblem> {
  for (const type of onlyTrue)
    if (typed(next, type).length < typed(old, type).length)
      yield forbiddenField("status.conditions", `updates may not remove a condition of type ${JSON.stringify(type)}`);
  const before = old.status.certificate ?? "";
  if (before !== "" && next.status.certificate !== before)
    yield forbiddenField("status.certificate", "updates may not modify existing certificate content");
}

/** Who writes the status signs or fails; approving and denying is done at `approval`. */
export function* approvalProblems(next: Request, old: Request): Iterable<FieldProblem> {
  for (const type of ["Approved", "Denied"]) {
    const [after, before] = [typed(next, type), typed(old, type)];
    const path = "status.conditions";
    if (after.length > before.length)
      yield forbiddenField(path, `updates may not add a condition of type ${JSON.stringify(type)}`);
    else if (after.length === before.length && JSON.stringify(after) !== JSON.stringify(before))
      yield forbiddenField(path, `updates may not modify a condition of type ${JSON.stringify(type)}`);
  }
}
