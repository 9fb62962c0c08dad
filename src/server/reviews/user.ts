import type { UserInfo } from "#api/authentication/user-info.ts";
import type { Identity } from "#core/access/identity.ts";
import { showTime } from "#machinery/time.ts";
import type { ReviewCall } from "./review-call.ts";

export const userInfo = ({ user, groups, uid, extra }: Identity): UserInfo => ({
  username: user,
  ...(uid !== undefined && { uid }),
  groups,
  ...(extra !== undefined && { extra }),
});

/** For whom the server takes the one who asks. Source: pkg/registry/authentication/selfsubjectreview/rest.go. */
export const selfAnswer = (_: unknown, { env, identity }: ReviewCall): object => ({
  metadata: { creationTimestamp: showTime(env.now()) },
  status: { userInfo: userInfo(identity) },
});
