import { defineReview } from "#machinery/review.ts";
import { boolean, defaulted, list, object, optional, present, string } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { UserInfo } from "./user-info.ts";

export class TokenReviewSpec extends object("io.k8s.api.authentication.v1.TokenReviewSpec", {
  token: present(1, string),
  audiences: optional(2, list(string)),
}) {}

export class TokenReviewStatus extends object("io.k8s.api.authentication.v1.TokenReviewStatus", {
  authenticated: optional(1, boolean),
  user: optional(2, UserInfo),
  error: optional(3, string),
  audiences: optional(4, list(string)),
}) {}

export class TokenReview extends object("io.k8s.api.authentication.v1.TokenReview", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: present(2, TokenReviewSpec),
  status: optional(3, TokenReviewStatus),
}) {}

export const tokenReviews = defineReview<typeof TokenReview>({
  group: "authentication.k8s.io",
  version: "v1",
  kind: "TokenReview",
  plural: "tokenreviews",
  singular: "tokenreview",
  scope: "Cluster",
  type: TokenReview,
  rules: [],
});
