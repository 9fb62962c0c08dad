import { approvalProblems } from "#api/certificates/certificate-signing-request/rules.ts";
import type { CertificateSigningRequestCondition } from "#api/certificates/certificate-signing-request/spec.ts";
import {
  type CertificateSigningRequest,
  certificateSigningRequests,
} from "#api/certificates/certificate-signing-request.ts";
import { showTime } from "#machinery/time.ts";
import { isOf, named } from "../object.ts";
import { signatureProblems } from "./request-signature.ts";
import type { Strategy } from "./strategy.ts";

/** Who asks is written down by the server, and nobody can change what was asked. Source: csrStrategy in pkg/registry/certificates. */
export const certificateRequestStrategy: Strategy = {
  prepareCreate: (object, identity) => {
    if (!isOf(certificateSigningRequests, object)) return object;
    const { uid: _, extra: __, ...spec } = object.spec;
    return { ...object, spec: { ...spec, username: identity.user, groups: identity.groups }, status: {} };
  },
  prepareUpdate: (next, old) =>
    isOf(certificateSigningRequests, next) && isOf(certificateSigningRequests, old)
      ? { ...next, spec: old.spec, status: old.status }
      : next,
  problems: ({ next, old, subresource }) => {
    if (!isOf(certificateSigningRequests, next)) return [];
    if (old === undefined) return signatureProblems(next.spec.request);
    return subresource === "status" && isOf(certificateSigningRequests, old) ? approvalProblems(next, old) : [];
  },
  subresources: {
    approval: (next, old, now) => {
      if (!isOf(certificateSigningRequests, next) || !isOf(certificateSigningRequests, old)) return old;
      const conditions = dated(next.status.conditions ?? [], old, now);
      return named(certificateSigningRequests, { ...next, spec: old.spec, status: { ...old.status, conditions } });
    },
    status: (next, old, now) => {
      if (!isOf(certificateSigningRequests, next) || !isOf(certificateSigningRequests, old)) return old;
      const conditions = dated(next.status.conditions ?? [], old, now);
      return named(certificateSigningRequests, { ...next, spec: old.spec, status: { ...next.status, conditions } });
    },
  },
};

/** Conditions with the times that whoever wrote them left out. Source: populateConditionTimestamps. */
function dated(
  conditions: readonly CertificateSigningRequestCondition[],
  { status: before }: CertificateSigningRequest,
  now: number,
): readonly CertificateSigningRequestCondition[] {
  return conditions.map((one) => {
    const same = before.conditions?.find(({ type, status }) => type === one.type && status === one.status);
    return {
      ...one,
      lastUpdateTime: one.lastUpdateTime ?? showTime(now),
      lastTransitionTime: one.lastTransitionTime ?? same?.lastTransitionTime ?? showTime(now),
    };
  });
}
