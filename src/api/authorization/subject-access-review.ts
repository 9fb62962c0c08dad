import { defineReview } from "#machinery/review.ts";
import { defaulted, object, optional, present } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { SubjectAccessReviewSpec, SubjectAccessReviewStatus } from "./access/attributes.ts";
import { subjectProblems } from "./access/rules.ts";

export class SubjectAccessReview extends object("io.k8s.api.authorization.v1.SubjectAccessReview", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: present(2, SubjectAccessReviewSpec),
  status: optional(3, SubjectAccessReviewStatus),
}) {}

export const subjectAccessReviews = defineReview<typeof SubjectAccessReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SubjectAccessReview",
  plural: "subjectaccessreviews",
  singular: "subjectaccessreview",
  scope: "Cluster",
  type: SubjectAccessReview,
  rules: [subjectProblems],
});
