import type { SelfSubjectRulesReview } from "#api/authorization/self-subject-rules-review.ts";
import { badRequest } from "#machinery/status.ts";
import type { ReviewCall } from "./review-call.ts";

/** All that one may do in a namespace. Throws a 400. Source: pkg/registry/authorization/selfsubjectrulesreview/rest.go. */
export function rulesAnswer({ spec }: SelfSubjectRulesReview, { identity }: ReviewCall): object {
  const { namespace = "" } = spec;
  if (namespace === "") throw badRequest("no namespace on request");
  const isMaster = identity.groups.includes("system:masters");
  const status = isMaster
    ? {
        resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
        nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
        incomplete: false,
      }
    : { resourceRules: [], nonResourceRules: [], incomplete: true };
  return { metadata: {}, spec: {}, status };
}
