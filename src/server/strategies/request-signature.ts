import { createPublicKey, verify } from "node:crypto";
import { type CertificateRequest, parseRequest } from "#api/certificates/certificate-signing-request/request.ts";
import { type FieldProblem, invalidField } from "#machinery/field-problem.ts";

/** Hashes by the signature's object identifier; null: the algorithm has its own. Source: RFC 5754, RFC 8410. */
const hashes: ReadonlyMap<string, string | null> = new Map([
  ["1.2.840.113549.1.1.11", "sha256"],
  ["1.2.840.113549.1.1.12", "sha384"],
  ["1.2.840.113549.1.1.13", "sha512"],
  ["1.2.840.10045.4.3.2", "sha256"],
  ["1.2.840.10045.4.3.3", "sha384"],
  ["1.2.840.10045.4.3.4", "sha512"],
  ["1.3.101.112", null],
]);

/** Whoever asks must have the key that the certificate is to be for. */
export function* signatureProblems(request: string): Iterable<FieldProblem> {
  const parsed = parseRequest(request);
  if (parsed.kind === "malformed") return; // its declaration says so
  const trouble = signatureTrouble(parsed.value);
  if (trouble !== undefined) yield invalidField("spec.request", request, trouble);
}

function signatureTrouble({ info, publicKey, signature, signatureAlgorithm }: CertificateRequest): string | undefined {
  const hash = hashes.get(signatureAlgorithm);
  if (hash === undefined) return "x509: cannot verify signature: algorithm unimplemented";
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
    return verify(hash, info, key, signature) ? undefined : "x509: the signature is not that of the key";
  } catch (fault) {
    if (!(fault instanceof Error)) throw fault;
    return `x509: ${fault.message}`; // OpenSSL can make nothing of the key or the signature
  }
}
