import {
  type CertificateSigningRequest,
  certificateSigningRequests,
} from "#api/certificates/certificate-signing-request.ts";
import { informer } from "#client/informer.ts";
import { resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import type { KeyPair } from "#os/pki.ts";

export interface CertificateWish {
  /** `kubernetes.io/kubelet-serving`, … */
  readonly signer: string;
  readonly name: string;
  readonly organizations: readonly string[];
  readonly hosts: readonly string[];
  readonly usage: "client auth" | "server auth";
}

/**
 * Makes a key, asks the API to have it signed, and waits until that is decided, however long it takes. Rejects with `CertificateRefused`,
 * with the API's refusal of the request itself, and with the signal's reason.
 */
export async function requestCertificate(
  transport: Transport,
  wish: CertificateWish,
  signal: AbortSignal,
): Promise<KeyPair> {
  const { createRequest } = await import("#os/pki.ts"); // only who asks pays for the library behind it
  const { name, organizations, hosts, signer, usage } = wish;
  const { request, key } = await createRequest({ name, organizations }, hosts);
  const made = await resourceClient(transport, certificateSigningRequests).create("", {
    metadata: { generateName: "csr-" },
    spec: {
      request: Buffer.from(request).toString("base64"),
      signerName: signer,
      usages: ["digital signature", usage],
    },
  });
  return { certificate: await decided(transport, made.metadata.name, signal), key };
}

async function decided(transport: Transport, name: string, signal: AbortSignal): Promise<string> {
  const outcome = Promise.withResolvers<string>();
  const abort = (): void => outcome.reject(signal.reason);
  const followed = informer(transport, certificateSigningRequests, { fieldSelector: `metadata.name=${name}` });
  followed.onChange((_, request) => {
    const answer = request === undefined ? new CertificateRefused(name, "it was deleted") : answerTo(request);
    if (typeof answer === "string") outcome.resolve(answer);
    else if (answer !== undefined) outcome.reject(answer);
  });
  signal.addEventListener("abort", abort, { once: true });
  followed.start();
  try {
    signal.throwIfAborted();
    return await outcome.promise;
  } finally {
    signal.removeEventListener("abort", abort);
    followed.stop();
  }
}

/** The certificate, in PEM; undefined while nothing has been decided. */
function answerTo({ metadata, status }: CertificateSigningRequest): string | CertificateRefused | undefined {
  const { certificate = "", conditions = [] } = status;
  if (certificate !== "") return Buffer.from(certificate, "base64").toString();
  const refusal = conditions.find(({ type }) => type === "Denied" || type === "Failed");
  if (refusal === undefined) return undefined;
  return new CertificateRefused(metadata.name, `${refusal.type} ${refusal.reason ?? ""}: ${refusal.message ?? ""}`);
}

/** Somebody has decided that there is to be no such certificate. */
export class CertificateRefused extends Error {
  readonly code = "CertificateRefused";
  readonly where: string;
  readonly fix =
    "read `kubectl describe csr` for the request, and ask again with the name and addresses of this node alone";
  constructor(request: string, why: string) {
    super(`the certificate request ${request} came to nothing: ${why}`);
    this.where = request;
  }
}
