import { authenticatedGroup } from "#api/authentication/subjects.ts";
import { isJsonObject, type JsonObject, ownValue } from "#machinery/json.ts";
import type { Identity } from "./identity.ts";

// Source: OpenID Connect Core 1.0 section 2; "OpenID Connect Tokens" in the Kubernetes documentation; oidc.go in k8s.io/apiserver.

/** How an ID token becomes a user of the cluster. */
export interface OidcMapping {
  readonly issuer: string;
  /** For whom a token must be made. */
  readonly clientId: string;
  readonly usernameClaim: string;
  readonly usernamePrefix: string;
  /** Empty: nobody is in a group by a token. */
  readonly groupsClaim: string;
  readonly groupsPrefix: string;
  /** What a token must say besides. */
  readonly requiredClaims: readonly { readonly name: string; readonly value: string }[];
}

export type OidcReading =
  | { readonly kind: "read"; readonly identity: Identity }
  | { readonly kind: "refused"; readonly because: string };

const refused = (because: string): OidcReading => ({ kind: "refused", because: `oidc: ${because}` });

/** Clocks differ: so long before its time a token counts, in seconds. After its time it doesn't. */
const leewaySeconds = 60;

/** Whom an ID token shows at that moment, in seconds since 1970; its signature is known to be good. */
export function oidcIdentity(claims: unknown, mapping: OidcMapping, now: number): OidcReading {
  if (!isJsonObject(claims)) return refused("the claims of the token are no object");
  const trouble = generalTrouble(claims, mapping, now) ?? requiredTrouble(claims, mapping);
  if (trouble !== undefined) return refused(trouble);
  const { usernameClaim, usernamePrefix, groupsClaim, groupsPrefix } = mapping;
  const name = ownValue(claims, usernameClaim);
  if (typeof name !== "string" || name === "")
    return refused(`parse username claims ${JSON.stringify(usernameClaim)}: claim not present`);
  // A token that doesn't speak of it is taken: not every issuer does.
  if (usernameClaim === "email" && (claims.email_verified ?? true) !== true) return refused("email not verified");
  const groups = groupsClaim === "" ? [] : groupsOf(ownValue(claims, groupsClaim));
  if (groups === undefined)
    return refused(`parse groups claim ${JSON.stringify(groupsClaim)}: no string or list of strings`);
  const { jti } = claims;
  return {
    kind: "read",
    identity: {
      user: `${usernamePrefix}${name}`,
      groups: [...groups.map((group) => `${groupsPrefix}${group}`), authenticatedGroup],
      ...(typeof jti === "string" &&
        jti !== "" && { extra: { "authentication.kubernetes.io/credential-id": [`JTI=${jti}`] } }),
    },
  };
}

function generalTrouble(
  { iss, aud, exp, nbf }: JsonObject,
  { issuer, clientId }: OidcMapping,
  now: number,
): string | undefined {
  if (iss !== issuer) return `id token issued by a different provider, expected ${JSON.stringify(issuer)}`;
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.includes(clientId)) return `verify token: expected audience ${JSON.stringify(clientId)}`;
  if (typeof exp !== "number" || exp < now) return "verify token: token is expired";
  if (nbf !== undefined && (typeof nbf !== "number" || nbf > now + leewaySeconds))
    return "verify token: token is not valid yet";
  return undefined;
}

function requiredTrouble(claims: JsonObject, { requiredClaims }: OidcMapping): string | undefined {
  for (const { name, value } of requiredClaims) {
    const said = ownValue(claims, name);
    if (said === undefined) return `required claim ${name} not present in ID token`;
    if (said !== value) return `required claim ${name} value does not match`;
  }
  return undefined;
}

/** One group may stand without a list; a token without any has none. */
function groupsOf(said: unknown): readonly string[] | undefined {
  if (said === undefined || said === null) return [];
  if (typeof said === "string") return [said];
  return Array.isArray(said) && said.every((one) => typeof one === "string") ? said : undefined;
}
