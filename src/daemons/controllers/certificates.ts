import { X509Certificate } from "node:crypto";
import type { CertificateSigningRequestCondition } from "#api/certificates/certificate-signing-request/spec.ts";
import {
  type CertificateSigningRequest,
  certificateSigningRequests,
} from "#api/certificates/certificate-signing-request.ts";
import { nodes } from "#api/core/node.ts";
import { refusedFor } from "#client/resource.ts";
import {
  approvalOf,
  isPending,
  nodeAskedFor,
  type Signing,
  secondsUntilRemoval,
  signingOf,
} from "#core/certificates/decisions.ts";
import type { Authority, KeyPair } from "#os/pki.ts";
import { changesOf, type Loop, loop } from "../loop.ts";
import { backoffOf, type Collection, type ControllerContext, collection } from "./context.ts";

type Requests = Collection<CertificateSigningRequest, never>;

/** Approves what nodes ask for, by themselves. Source: the controller csrapproving of kube-controller-manager. */
export function certificateApprover(context: ControllerContext): Loop {
  const requests = collection(context, certificateSigningRequests);
  const nodeCache = context.informers.of(nodes);
  const pendingFor = requests.cache.index((one) => {
    const node = isPending(one) ? nodeAskedFor(one) : undefined;
    return node === undefined ? [] : [node];
  });
  return loop({
    name: "certificate approval",
    sources: [
      changesOf(requests.cache, ({ metadata }) => [metadata.name]),
      // A serving certificate waits for its Node to tell its addresses.
      changesOf(nodeCache, ({ metadata }) => pendingFor(metadata.name).map((one) => one.metadata.name)),
    ],
    plan(name) {
      const request = requests.cache.get("", name);
      if (request === undefined) return undefined;
      const approval = approvalOf(request, nodeCache.get("", nodeAskedFor(request) ?? ""));
      return approval.kind === "approve" ? { request, message: approval.message } : undefined;
    },
    async apply({ request, message }) {
      const condition = { type: "Approved", status: "True", reason: "AutoApproved", message };
      await requests.client.updateAt("approval", withCondition(request, condition));
      return undefined;
    },
    parallel: 4,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}

const withCondition = (
  request: CertificateSigningRequest,
  condition: CertificateSigningRequestCondition,
): CertificateSigningRequest => ({
  ...request,
  status: { ...request.status, conditions: [...(request.status.conditions ?? []), condition] },
});

/** Signs what was approved with the cluster's own authority. Source: the controller csrsigning. */
export function certificateSigner(context: ControllerContext, ca: KeyPair): Loop {
  const requests = collection(context, certificateSigningRequests);
  // The library behind it costs more than a signature, and a cluster of one node asks for none.
  let authority: Promise<Authority> | undefined;
  const signer = (): Promise<Authority> => {
    authority ??= import("#os/pki.ts").then(({ readAuthority }) => readAuthority(ca));
    return authority;
  };
  return loop({
    name: "certificate signing",
    sources: [changesOf(requests.cache, ({ metadata }) => [metadata.name])],
    plan(name) {
      const request = requests.cache.get("", name);
      const signing = request === undefined ? undefined : signingOf(request);
      return request === undefined || signing === undefined || signing.kind === "leave"
        ? undefined
        : { request, signing };
    },
    async apply({ request, signing }) {
      await requests.client.updateStatus(await signed(request, signing, { signer, now: context.now() }));
      return undefined;
    },
    parallel: 4,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}

/** Clocks of others may be behind ours. Source: the signer's `Backdate`. */
const earlierMs = 5 * 60_000;

async function signed(
  csr: CertificateSigningRequest,
  signing: Exclude<Signing, { readonly kind: "leave" }>,
  { signer, now }: { readonly signer: () => Promise<Authority>; readonly now: number },
): Promise<CertificateSigningRequest> {
  if (signing.kind === "fail") {
    const { reason, message } = signing;
    return withCondition(csr, { type: "Failed", status: "True", reason, message });
  }
  const { publicKey, subject, dnsNames, ipAddresses, emails, uris } = signing.request;
  const pem = await (await signer()).forKey({
    publicKey,
    subject,
    names: [
      ...dnsNames.map((value) => ({ type: "dns", value }) as const),
      ...ipAddresses.map((value) => ({ type: "ip", value }) as const),
      ...emails.map((value) => ({ type: "email", value }) as const),
      ...uris.map((value) => ({ type: "url", value }) as const),
    ],
    usages: csr.spec.usages ?? [],
    validity: { from: now - earlierMs, to: now + signing.seconds * 1000 },
  });
  return { ...csr, status: { ...csr.status, certificate: Buffer.from(pem).toString("base64") } };
}

/** Deletes requests that were decided an hour ago, or that nobody decided in a day. Source: the controller csrcleaner. */
export function certificateCleaner(context: ControllerContext): Loop {
  const requests = collection(context, certificateSigningRequests);
  const secondsLeft = (request: CertificateSigningRequest): number | undefined =>
    secondsUntilRemoval(request, context.now(), expiryOf(request));
  return loop({
    name: "certificate cleaning",
    sources: [changesOf(requests.cache, ({ metadata }) => [metadata.name])],
    plan(name) {
      const request = requests.cache.get("", name);
      const seconds = request === undefined ? undefined : secondsLeft(request);
      return request === undefined || seconds === undefined ? undefined : { request, seconds };
    },
    async apply({ request, seconds }) {
      if (seconds > 0) return { againSeconds: seconds };
      await remove(requests, request);
      return undefined;
    },
    parallel: 4,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}

function expiryOf({ status: { certificate = "" } }: CertificateSigningRequest): number | undefined {
  const pem = Buffer.from(certificate, "base64").toString();
  return pem.startsWith("-----BEGIN CERTIFICATE-----") ? Date.parse(new X509Certificate(pem).validTo) : undefined;
}

async function remove({ client }: Requests, { metadata }: CertificateSigningRequest): Promise<void> {
  try {
    await client.delete("", metadata.name, { preconditions: { uid: metadata.uid } });
  } catch (fault) {
    if (!refusedFor(fault, "NotFound", "Conflict")) throw fault; // somebody else was faster
  }
}
