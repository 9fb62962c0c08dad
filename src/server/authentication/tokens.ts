import type { Identity } from "#core/access/identity.ts";
import { secretIssuer } from "#core/access/secret-claims.ts";
import type { Environment } from "../environment.ts";
import { limits } from "../limits.ts";
import { identifyAccount } from "./account-tokens.ts";
import { bootstrapIdentity, isBootstrapToken } from "./bootstrap-tokens.ts";
import { type Identified, unknown } from "./identified.ts";
import { isJwt, issuerOf } from "./jwt.ts";
import { secretTokenIdentity } from "./secret-tokens.ts";

/** As whom the API takes tokens. */
const apiAudiences = ({ tokenIssuer }: Environment): readonly string[] => tokenIssuer?.audiences ?? [];

/**
 * Whom a bearer token shows to one who is called by one of these audiences; none: the API. By its form and by who says to have made
 * it, a token is of one kind only, so no two are tried.
 */
export async function identifyToken(
  env: Environment,
  token: string,
  audiences: readonly string[],
): Promise<Identified> {
  if (token.length > limits.tokenCharacters) return unknown(invalid);
  const asked = audiences.length === 0 ? apiAudiences(env) : audiences;
  if (isBootstrapToken(token)) return ofApi(env, await bootstrapIdentity(env, token), asked);
  const { tokenIssuer, oidc } = env;
  if (!isJwt(token)) return unknown(invalid);
  const issuer = issuerOf(token);
  if (tokenIssuer?.isOwn(issuer)) return identifyAccount(env, tokenIssuer, { token, audiences: asked });
  if (tokenIssuer !== undefined && issuer === secretIssuer)
    return ofApi(env, await secretTokenIdentity(env, tokenIssuer, token), asked);
  if (!oidc?.isOwn(issuer)) return unknown(invalid);
  const shown = await oidc.identify(token);
  return shown.kind === "refused" ? unknown(shown.because) : ofApi(env, shown.identity, asked);
}

const invalid = "invalid bearer token";

/** For kinds of token that know of no audience: they are for the API. */
function ofApi(env: Environment, identity: Identity | undefined, asked: readonly string[]): Identified {
  if (identity === undefined) return unknown(invalid);
  const own = apiAudiences(env);
  const audiences = own.filter((one) => asked.includes(one));
  return asked.length > 0 && audiences.length === 0
    ? unknown(`token audiences ${JSON.stringify(own)} is invalid for the target audiences ${JSON.stringify(asked)}`)
    : { kind: "known", identity, audiences };
}
