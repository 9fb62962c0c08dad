import { defineReview } from "#machinery/review.ts";
import { boolean, defaulted, list, object, optional, present, string } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export class ResourceRule extends object("io.k8s.api.authorization.v1.ResourceRule", {
  verbs: present(1, list(string)),
  apiGroups: optional(2, list(string)),
  resources: optional(3, list(string)),
  resourceNames: optional(4, list(string)),
}) {}

export class NonResourceRule extends object("io.k8s.api.authorization.v1.NonResourceRule", {
  verbs: present(1, list(string)),
  nonResourceURLs: optional(2, list(string)),
}) {}

export class SelfSubjectRulesReviewSpec extends object("io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec", {
  namespace: optional(1, string),
}) {}

export class SubjectRulesReviewStatus extends object("io.k8s.api.authorization.v1.SubjectRulesReviewStatus", {
  resourceRules: present(1, list(ResourceRule)),
  nonResourceRules: present(2, list(NonResourceRule)),
  incomplete: present(3, boolean),
  evaluationError: optional(4, string),
}) {}

export class SelfSubjectRulesReview extends object("io.k8s.api.authorization.v1.SelfSubjectRulesReview", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: present(2, SelfSubjectRulesReviewSpec),
  status: optional(3, SubjectRulesReviewStatus),
}) {}

export const selfSubjectRulesReviews = defineReview<typeof SelfSubjectRulesReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SelfSubjectRulesReview",
  plural: "selfsubjectrulesreviews",
  singular: "selfsubjectrulesreview",
  scope: "Cluster",
  type: SelfSubjectRulesReview,
  rules: [],
});
