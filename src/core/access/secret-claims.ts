import { isJsonObject, type JsonObject } from "#machinery/json.ts";
import { serviceAccountUser } from "./service-account.ts";

// Source: pkg/serviceaccount/legacy.go in Kubernetes.

/** Who is said to make tokens that stand in Secrets. */
export const secretIssuer = "kubernetes/serviceaccount";

/** What a token says that stands in a Secret: it is for the API alone, and ends with the Secret. */
export interface SecretClaims {
  readonly namespace: string;
  readonly secret: string;
  readonly account: string;
  readonly accountUid: string;
}

const at = "kubernetes.io/serviceaccount/";

export const showSecretClaims = ({ namespace, secret, account, accountUid }: SecretClaims): JsonObject => ({
  iss: secretIssuer,
  [`${at}namespace`]: namespace,
  [`${at}secret.name`]: secret,
  [`${at}service-account.name`]: account,
  [`${at}service-account.uid`]: accountUid,
  sub: serviceAccountUser(namespace, account),
});

/** undefined: they are not those of such a token. */
export function readSecretClaims(payload: unknown): SecretClaims | undefined {
  if (!isJsonObject(payload) || payload.iss !== secretIssuer) return undefined;
  const text = (name: string): string => {
    const value = payload[`${at}${name}`];
    return typeof value === "string" ? value : "";
  };
  const claims = {
    namespace: text("namespace"),
    secret: text("secret.name"),
    account: text("service-account.name"),
    accountUid: text("service-account.uid"),
  };
  const isWhole = Object.values(claims).every((one) => one !== "");
  return isWhole && payload.sub === serviceAccountUser(claims.namespace, claims.account) ? claims : undefined;
}
