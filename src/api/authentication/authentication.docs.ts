import { type Documented, documented } from "#machinery/openapi/docs.ts";
import {
  SelfSubjectReview,
  SelfSubjectReviewStatus,
  SelfSubjectReviewV1beta1,
  SelfSubjectReviewV1beta1Status,
} from "./self-subject-review.ts";
import { TokenReview, TokenReviewSpec, TokenReviewStatus } from "./token-review.ts";
import { UserInfo } from "./user-info.ts";

const selfSubjectReview = {
  "": "Asks the server for whom it takes the one who asks. It is answered, and not kept.",
  metadata: "When it was answered; nothing in it is read.",
  status: "Who asks, as the server sees it; with impersonation, who is impersonated.",
};
const selfSubjectReviewStatus = {
  "": "The one who has asked.",
  userInfo: "The user, their groups, and what else is known of them.",
};

export const authenticationDocs: readonly Documented[] = [
  documented(TokenReview, {
    "": "Asks whether a bearer token is good, and whose it is. It is answered, and not kept.",
    metadata: "Comes back as it was sent; no token is found by it.",
    spec: "The token that somebody has shown.",
    status: "Whether the token is good, and for whom.",
  }),
  documented(TokenReviewSpec, {
    "": "A token, and for whom it must have been made.",
    token: "The token as it stands behind `Bearer` in a request.",
    audiences: "Whoever received the token calls itself so; the API server where left out. One that fits is enough.",
  }),
  documented(TokenReviewStatus, {
    "": "What the server says of a token.",
    authenticated: "True where the token belongs to somebody known, has not ended, and is for one of the audiences.",
    user: "Whose token it is.",
    error: "Why the token could not be looked at, or why it is not good.",
    audiences:
      "Those of the audiences asked for that the token is also made for. Who asks must find itself here: otherwise the token was not meant for it.",
  }),
  documented(SelfSubjectReview, selfSubjectReview),
  documented(SelfSubjectReviewStatus, selfSubjectReviewStatus),
  documented(SelfSubjectReviewV1beta1, selfSubjectReview),
  documented(SelfSubjectReviewV1beta1Status, selfSubjectReviewStatus),
  documented(UserInfo, {
    "": "Somebody as the server knows them.",
    username: "What tells them from everybody else: anna, system:serviceaccount:shop:web.",
    uid: "Tells two users apart who had the same name one after the other.",
    groups: "The groups in which they are; rights are given to groups as well.",
    extra: "Further knowledge from whatever has shown who they are, such as the pod that holds a token.",
  }),
];
