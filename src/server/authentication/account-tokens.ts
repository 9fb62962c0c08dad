import { nodes } from "#api/core/node.ts";
import { pods } from "#api/core/pod.ts";
import { secrets } from "#api/core/secret.ts";
import { serviceAccounts } from "#api/core/service-account.ts";
import { type AccountClaims, accountIdentity, leewaySeconds, timeTrouble } from "#core/access/account-claims.ts";
import type { Environment } from "../environment.ts";
import type { ApiObject } from "../object.ts";
import { findOf } from "../objects.ts";
import { type Identified, unknown } from "./identified.ts";
import type { TokenIssuer } from "./token-issuer.ts";

/**
 * Who has a token of a service account, for one of these audiences. What the token is bound to is looked up every time, so that it
 * ends with that.
 * Source: jwtTokenAuthenticator in pkg/serviceaccount/jwt.go, validator in claims.go, in whose words it says why not.
 */
export async function identifyAccount(
  env: Environment,
  issuer: TokenIssuer,
  { token, audiences }: Shown,
): Promise<Identified> {
  const claims = await issuer.claimsOf(token);
  if (claims === undefined) return unknown("invalid bearer token");
  const wanted = claims.audiences.length === 0 ? issuer.audiences : claims.audiences;
  const common = wanted.filter((one) => audiences.includes(one));
  if (common.length === 0)
    return unknown(
      `token audiences ${JSON.stringify(wanted)} is invalid for the target audiences ${JSON.stringify(audiences)}`,
    );
  const trouble = timeTrouble(claims, env.now() / 1000) ?? (await boundTrouble(env, claims));
  return trouble === undefined
    ? { kind: "known", identity: accountIdentity(claims), audiences: common }
    : unknown(trouble);
}

interface Shown {
  readonly token: string;
  readonly audiences: readonly string[];
}

async function boundTrouble(env: Environment, claims: AccountClaims): Promise<string | undefined> {
  const { namespace, account, secret, pod, node } = claims;
  const { store } = env;
  const found = await findOf(store, serviceAccounts, { namespace, name: account.name });
  if (found === undefined) return `serviceaccounts ${JSON.stringify(account.name)} not found`;
  if (isGone(env, found)) return `service account ${namespace}/${account.name} has been deleted`;
  if (found.metadata.uid !== account.uid)
    return `service account UID (${found.metadata.uid}) does not match claim (${account.uid})`;
  if (secret !== undefined) {
    const bound = await findOf(store, secrets, { namespace, name: secret.name });
    if (isOther(env, bound, secret.uid)) return invalidated;
  }
  if (pod !== undefined) {
    const bound = await findOf(store, pods, { namespace, name: pod.name });
    if (isOther(env, bound, pod.uid)) return invalidated;
  }
  // Beside a pod, the node is only where that ran.
  if (node === undefined || pod !== undefined) return undefined;
  const bound = await findOf(store, nodes, { namespace: "", name: node.name });
  return isOther(env, bound, node.uid) ? invalidated : undefined;
}

const invalidated = "service account token has been invalidated";

const isOther = (env: Environment, object: ApiObject | undefined, uid: string): boolean =>
  object === undefined || object.metadata.uid !== uid || isGone(env, object);

/** What is being deleted still ends in order, with its token. */
const isGone = ({ now }: Environment, { metadata: { deletionTimestamp } }: ApiObject): boolean =>
  deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < now() - leewaySeconds * 1000;
