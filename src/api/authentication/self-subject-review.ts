import { defineReview } from "#machinery/review.ts";
import { defaulted, object, optional } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { UserInfo } from "./user-info.ts";

export class SelfSubjectReviewStatus extends object("io.k8s.api.authentication.v1.SelfSubjectReviewStatus", {
  userInfo: optional(1, UserInfo),
}) {}

export class SelfSubjectReview extends object("io.k8s.api.authentication.v1.SelfSubjectReview", {
  metadata: defaulted(1, ObjectMeta, {}),
  status: optional(2, SelfSubjectReviewStatus),
}) {}

const named = {
  group: "authentication.k8s.io",
  kind: "SelfSubjectReview",
  plural: "selfsubjectreviews",
  singular: "selfsubjectreview",
  scope: "Cluster",
  rules: [],
} as const;

export const selfSubjectReviews = defineReview<typeof SelfSubjectReview>({
  ...named,
  version: "v1",
  type: SelfSubjectReview,
});

export class SelfSubjectReviewV1beta1Status extends object(
  "io.k8s.api.authentication.v1beta1.SelfSubjectReviewStatus",
  { userInfo: optional(1, UserInfo) },
) {}

export class SelfSubjectReviewV1beta1 extends object("io.k8s.api.authentication.v1beta1.SelfSubjectReview", {
  metadata: defaulted(1, ObjectMeta, {}),
  status: optional(2, SelfSubjectReviewV1beta1Status),
}) {}

/** `kubectl auth whoami` of 1.27 asks in no newer version. */
export const selfSubjectReviewsV1beta1 = defineReview<typeof SelfSubjectReviewV1beta1>({
  ...named,
  version: "v1beta1",
  type: SelfSubjectReviewV1beta1,
  deprecation: { deprecatedIn: "v1.30", removedIn: "v1.33", use: "authentication.k8s.io/v1" },
});
