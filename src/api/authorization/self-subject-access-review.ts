import { defineReview } from "#machinery/review.ts";
import { defaulted, object, optional, present } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { SelfSubjectAccessReviewSpec, SubjectAccessReviewStatus } from "./access/attributes.ts";
import { selfProblems } from "./access/rules.ts";

export class SelfSubjectAccessReview extends object("io.k8s.api.authorization.v1.SelfSubjectAccessReview", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: present(2, SelfSubjectAccessReviewSpec),
  status: optional(3, SubjectAccessReviewStatus),
}) {}

export const selfSubjectAccessReviews = defineReview<typeof SelfSubjectAccessReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SelfSubjectAccessReview",
  plural: "selfsubjectaccessreviews",
  singular: "selfsubjectaccessreview",
  scope: "Cluster",
  type: SelfSubjectAccessReview,
  rules: [selfProblems],
});
