import type { TokenReview } from "#api/authentication/token-review.ts";
import { badRequest } from "#machinery/status.ts";
import { bearerOf } from "../authentication.ts";
import type { ReviewCall } from "./review-call.ts";
import { userInfo } from "./user.ts";

/** Whose token it is. Throws a 400. Source: pkg/registry/authentication/tokenreview/storage.go. */
export async function tokenAnswer(question: TokenReview, { env, request }: ReviewCall): Promise<object> {
  const { token } = question.spec;
  if (token === "") throw badRequest("token is required for TokenReview in authentication");
  const asked = { ...request, headers: { authorization: `Bearer ${token}` } };
  const [shown] = await Promise.allSettled([bearerOf(asked, env)]);
  if (shown.status === "rejected" || shown.value === undefined)
    return { ...question, status: { error: "invalid bearer token" } };
  return { ...question, status: { authenticated: true, user: userInfo(shown.value) } };
}
