import type { TokenReview } from "#api/authentication/token-review.ts";
import { badRequest } from "#machinery/status.ts";
import { identifyToken } from "../authentication/tokens.ts";
import type { ReviewCall } from "./review-call.ts";
import { userInfo } from "./user.ts";

/** Whose token it is. Throws a 400. Source: pkg/registry/authentication/tokenreview/storage.go. */
export async function tokenAnswer(question: TokenReview, { env }: ReviewCall): Promise<object> {
  const { token, audiences = [] } = question.spec;
  if (token === "") throw badRequest("token is required for TokenReview in authentication");
  const shown = await identifyToken(env, token, audiences);
  const status =
    shown.kind === "known"
      ? { authenticated: true, user: userInfo(shown.identity), audiences: shown.audiences }
      : { error: shown.because };
  return { ...question, status };
}
