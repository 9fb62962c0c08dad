import { authenticatedGroup } from "#api/authentication/subjects.ts";
import { secrets } from "#api/core/secret.ts";
import { serviceAccounts } from "#api/core/service-account.ts";
import type { Identity } from "#core/access/identity.ts";
import { readSecretClaims } from "#core/access/secret-claims.ts";
import { serviceAccountGroups, serviceAccountUser } from "#core/access/service-account.ts";
import type { Environment } from "../environment.ts";
import { findOf } from "../objects.ts";
import { areSame } from "./same-secret.ts";
import type { TokenIssuer } from "./token-issuer.ts";

/**
 * Who has a token that stands in a Secret, as every account's did before Kubernetes 1.24: it never ends by itself, but with its Secret.
 * Source: legacyValidator in pkg/serviceaccount/legacy.go.
 */
export async function secretTokenIdentity(
  { store }: Environment,
  issuer: TokenIssuer,
  token: string,
): Promise<Identity | undefined> {
  const claims = readSecretClaims(await issuer.payloadOf(token));
  if (claims === undefined) return undefined;
  const { namespace, account: name, accountUid: uid } = claims;
  const secret = await findOf(store, secrets, { namespace, name: claims.secret });
  const standing = Buffer.from(secret?.data?.token ?? "", "base64").toString();
  if (secret === undefined || secret.metadata.deletionTimestamp !== undefined || !areSame(standing, token))
    return undefined;
  const account = await findOf(store, serviceAccounts, { namespace, name });
  if (account?.metadata.uid !== uid || account.metadata.deletionTimestamp !== undefined) return undefined;
  return {
    user: serviceAccountUser(namespace, name),
    uid,
    groups: [...serviceAccountGroups(namespace), authenticatedGroup],
  };
}
