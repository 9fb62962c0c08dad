import type { SelfSubjectRulesReview, SubjectRulesReviewStatus } from "#api/authorization/self-subject-rules-review.ts";
import { nodeOf } from "#core/access/attributes.ts";
import { badRequest } from "#machinery/status.ts";
import { unsaidOf } from "../authorization/ingress-guard.ts";
import type { ReviewCall } from "./review-call.ts";

/** All that one may do in a namespace. Throws a 400. Source: pkg/registry/authorization/selfsubjectrulesreview/rest.go. */
export function rulesAnswer({ spec }: SelfSubjectRulesReview, call: ReviewCall): object {
  const { namespace = "" } = spec;
  if (namespace === "") throw badRequest("no namespace on request");
  return { metadata: {}, spec: {}, status: statusOf(call, namespace) };
}

/** What a node may do depends on its pods, so that no rules say it. */
function statusOf({ env, identity }: ReviewCall, namespace: string): SubjectRulesReviewStatus {
  const { rules, faults } = env.accessBook.rulesFor(identity, namespace);
  const isNode = nodeOf(identity) !== undefined;
  const ofNode = isNode ? "node authorizer does not support user rule resolution" : "";
  const unsaid = [ofNode, unsaidOf(identity)].filter((one) => one !== "");
  const told = [...unsaid, ...faults];
  return {
    resourceRules: rules.flatMap(({ verbs, apiGroups, resources = [], resourceNames }) =>
      resources.length === 0
        ? []
        : [{ verbs, resources, ...(apiGroups && { apiGroups }), ...(resourceNames && { resourceNames }) }],
    ),
    nonResourceRules: rules.flatMap(({ verbs, nonResourceURLs = [] }) =>
      nonResourceURLs.length === 0 ? [] : [{ verbs, nonResourceURLs }],
    ),
    incomplete: unsaid.length > 0,
    ...(told.length > 0 && { evaluationError: told.join(", ") }),
  };
}
