import { nodesGroup, nodeUserPrefix } from "#api/authentication/subjects.ts";
import { type CertificateRequest, parseRequest } from "#api/certificates/certificate-signing-request/request.ts";
import type { CertificateSigningRequest } from "#api/certificates/certificate-signing-request.ts";
import type { Node } from "#api/core/node.ts";
import { readTime } from "#machinery/time.ts";
import { isReady } from "../node.ts";
import { kubeletClientSigner, kubeletServingSigner, signers } from "./signers.ts";

/** What is to be done with a request that waits for it. `leave`: nothing, or somebody else decides. */
export type Approval = { readonly kind: "approve"; readonly message: string } | { readonly kind: "leave" };
export type Signing =
  | { readonly kind: "sign"; readonly request: CertificateRequest; readonly seconds: number }
  | { readonly kind: "fail"; readonly reason: string; readonly message: string }
  | { readonly kind: "leave" };

const leave = { kind: "leave" } as const;

const has = ({ status }: CertificateSigningRequest, wanted: string): boolean =>
  (status.conditions ?? []).some(({ type, status: is }) => type === wanted && is === "True");
const isSigned = ({ status }: CertificateSigningRequest): boolean => (status.certificate ?? "") !== "";

/** Whether nobody has decided yet. */
export const isPending = (request: CertificateSigningRequest): boolean =>
  !has(request, "Approved") && !has(request, "Denied") && !has(request, "Failed") && !isSigned(request);

/** The node whose certificate is asked for; undefined where it is no node's. */
export function nodeAskedFor({ spec }: CertificateSigningRequest): string | undefined {
  const parsed = parseRequest(spec.request);
  const name = parsed.kind === "read" ? parsed.value.commonName : "";
  return name.startsWith(nodeUserPrefix) ? name.slice(nodeUserPrefix.length) : undefined;
}

/**
 * Approves what nodes ask for themselves, and what newcomers ask for that no living node has; `node` is the Node that is meant,
 * undefined where there is none. Kubernetes approves newcomers for any node, and serving certificates not at all: here a name that is in
 * use can't be taken over by whoever may join, and the Node object says which names are the node's own.
 * Source: the controller csrapproving; "Kubelet TLS bootstrapping" in the Kubernetes reference.
 */
export function approvalOf(csr: CertificateSigningRequest, node: Node | undefined): Approval {
  const { spec } = csr;
  const parsed = parseRequest(spec.request);
  if (!isPending(csr) || parsed.kind === "malformed") return leave;
  const { value: request } = parsed;
  if (signers.get(spec.signerName)?.(request, spec.usages ?? []) !== undefined) return leave;
  const groups = spec.groups ?? [];
  const isOwn = spec.username === request.commonName && groups.includes(nodesGroup);
  switch (spec.signerName) {
    case kubeletClientSigner:
      if (isOwn) return approve("Auto approving self kubelet client certificate after SubjectAccessReview.");
      return groups.includes("system:bootstrappers") && !(node && isReady(node))
        ? approve("Auto approving kubelet client certificate after SubjectAccessReview.")
        : leave;
    case kubeletServingSigner:
      return isOwn && node !== undefined && namesBelongTo(node, request)
        ? approve("Auto approving kubelet serving certificate: its names and addresses are those of the Node.")
        : leave;
    default:
      return leave;
  }
}

const approve = (message: string): Approval => ({ kind: "approve", message });

function namesBelongTo({ metadata, status }: Node, { dnsNames, ipAddresses }: CertificateRequest): boolean {
  const own = new Set([metadata.name, ...(status.addresses ?? []).map(({ address }) => address)]);
  return [...dnsNames, ...ipAddresses].every((name) => own.has(name));
}

const [shortestSeconds, longestSeconds] = [600, 365 * 24 * 3600];

/** What the signer does with a request: signs what was approved, and says why it never will. */
export function signingOf(csr: CertificateSigningRequest): Signing {
  const { spec } = csr;
  const check = signers.get(spec.signerName);
  const isWaiting = has(csr, "Approved") && !has(csr, "Denied") && !has(csr, "Failed") && !isSigned(csr);
  if (check === undefined || !isWaiting) return leave;
  const parsed = parseRequest(spec.request);
  const trouble = parsed.kind === "malformed" ? parsed.message : check(parsed.value, spec.usages ?? []);
  if (parsed.kind === "malformed" || trouble !== undefined)
    return { kind: "fail", reason: "SignerValidationFailure", message: trouble ?? "" };
  const asked = spec.expirationSeconds ?? longestSeconds;
  return { kind: "sign", request: parsed.value, seconds: Math.min(longestSeconds, Math.max(shortestSeconds, asked)) };
}

const [decidedSeconds, pendingSeconds] = [3600, 24 * 3600];

/**
 * In how many seconds a request is to be deleted; undefined: it stays as it is. `expiresMs` is when its certificate ends, `now` the present,
 * both in milliseconds since 1970. Source: pkg/controller/certificates/cleaner.
 */
export function secondsUntilRemoval(
  csr: CertificateSigningRequest,
  now: number,
  expiresMs: number | undefined,
): number | undefined {
  const conditions = csr.status.conditions ?? [];
  const after = (time: string | undefined, seconds: number): number => seconds - (now - readTime(time)) / 1000;
  const waits = conditions.flatMap(({ type, lastUpdateTime }) => {
    const isDone = type === "Denied" || type === "Failed" || (type === "Approved" && isSigned(csr));
    return isDone ? [after(lastUpdateTime, decidedSeconds)] : [];
  });
  if (conditions.length === 0) waits.push(after(csr.metadata.creationTimestamp, pendingSeconds));
  if (expiresMs !== undefined) waits.push((expiresMs - now) / 1000);
  return waits.length === 0 ? undefined : Math.max(0, Math.min(...waits));
}
