import { defineReview } from "#machinery/review.ts";
import { defaulted, object, optional, present } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { SubjectAccessReviewSpec, SubjectAccessReviewStatus } from "./access/attributes.ts";
import { localProblems } from "./access/rules.ts";

export class LocalSubjectAccessReview extends object("io.k8s.api.authorization.v1.LocalSubjectAccessReview", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: present(2, SubjectAccessReviewSpec),
  status: optional(3, SubjectAccessReviewStatus),
}) {}

export const localSubjectAccessReviews = defineReview<typeof LocalSubjectAccessReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "LocalSubjectAccessReview",
  plural: "localsubjectaccessreviews",
  singular: "localsubjectaccessreview",
  scope: "Namespaced",
  type: LocalSubjectAccessReview,
  rules: [localProblems],
});
