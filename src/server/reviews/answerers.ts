import { selfSubjectReviews, selfSubjectReviewsV1beta1 } from "#api/authentication/self-subject-review.ts";
import { tokenReviews } from "#api/authentication/token-review.ts";
import { localSubjectAccessReviews } from "#api/authorization/local-subject-access-review.ts";
import { selfSubjectAccessReviews } from "#api/authorization/self-subject-access-review.ts";
import { selfSubjectRulesReviews } from "#api/authorization/self-subject-rules-review.ts";
import { subjectAccessReviews } from "#api/authorization/subject-access-review.ts";
import type { ServedReview } from "#machinery/catalogue.ts";
import type { AnyReview, Review } from "#machinery/review.ts";
import type { AnyType, Stored } from "#machinery/schema.ts";
import { internal } from "#machinery/status.ts";
import { accessOf, subjectOf } from "./access.ts";
import type { ReviewCall } from "./review-call.ts";
import { rulesAnswer } from "./rules.ts";
import { tokenAnswer } from "./token.ts";
import { selfAnswer } from "./user.ts";

/** The question, with its answer. Taken from a method's signature for the same reason as a kind's rules. */
type Answerer<Q> = { answer(question: Q, call: ReviewCall): object | Promise<object> }["answer"];

const answered = <T extends AnyType>(
  review: Review<T>,
  answer: Answerer<Stored<T>>,
): readonly [AnyReview, Answerer<unknown>] => [review, answer];

const answerers: ReadonlyMap<AnyReview, Answerer<unknown>> = new Map([
  answered(selfSubjectAccessReviews, (question, { env, identity }) => ({
    ...question,
    status: accessOf(env, identity, question.spec),
  })),
  answered(subjectAccessReviews, (question, { env }) => ({
    ...question,
    status: accessOf(env, subjectOf(question.spec), question.spec),
  })),
  answered(localSubjectAccessReviews, (question, { env }) => ({
    ...question,
    status: accessOf(env, subjectOf(question.spec), question.spec),
  })),
  answered(selfSubjectRulesReviews, rulesAnswer),
  answered(tokenReviews, tokenAnswer),
  answered(selfSubjectReviews, selfAnswer),
  answered(selfSubjectReviewsV1beta1, selfAnswer),
]);

/** Who answers such questions. Throws a 500 where nobody does. */
export function answererOf({ review, kind }: ServedReview): Answerer<unknown> {
  const found = answerers.get(review);
  if (found === undefined) throw internal(`nobody answers a ${kind}`);
  return found;
}
