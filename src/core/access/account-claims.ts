import { authenticatedGroup } from "#api/authentication/subjects.ts";
import { isJsonObject } from "#machinery/json.ts";
import type { Identity } from "./identity.ts";
import { serviceAccountGroups, serviceAccountUser } from "./service-account.ts";

// Source: pkg/serviceaccount/claims.go and jwt.go in Kubernetes; RFC 7519 section 4.1.

/** Something of the API, and which of those that have had its name. */
export interface NamedObject {
  readonly name: string;
  readonly uid: string;
}

/** What a token of a service account says. Times are seconds since 1970. */
export interface AccountClaims {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly issuedAt: number;
  readonly notBefore: number;
  readonly expires: number;
  /** Of this very token; empty where it has none. */
  readonly id: string;
  readonly namespace: string;
  readonly account: NamedObject;
  /** With what the token ends; beside a pod its node is only told. */
  readonly pod?: NamedObject;
  readonly secret?: NamedObject;
  readonly node?: NamedObject;
  /** From then on its holder should have fetched another one. */
  readonly warnAfter?: number;
}

/** As they stand in the token. */
export const showClaims = (claims: AccountClaims): Readonly<Record<string, unknown>> => ({
  aud: claims.audiences,
  exp: claims.expires,
  iat: claims.issuedAt,
  iss: claims.issuer,
  jti: claims.id,
  "kubernetes.io": {
    namespace: claims.namespace,
    ...(claims.node && { node: claims.node }),
    ...(claims.pod && { pod: claims.pod }),
    ...(claims.secret && { secret: claims.secret }),
    serviceaccount: claims.account,
    ...(claims.warnAfter !== undefined && { warnafter: claims.warnAfter }),
  },
  nbf: claims.notBefore,
  sub: serviceAccountUser(claims.namespace, claims.account.name),
});

/** Reads them; undefined where they are not those of such a token. */
export function readClaims(payload: unknown): AccountClaims | undefined {
  if (!isJsonObject(payload)) return undefined;
  const own = payload["kubernetes.io"];
  const { iss: issuer, exp: expires, iat, nbf, jti, sub } = payload;
  if (!isJsonObject(own) || typeof issuer !== "string" || !isMoment(expires)) return undefined;
  const { namespace, warnafter } = own;
  const account = namedObject(own.serviceaccount);
  if (typeof namespace !== "string" || account === undefined) return undefined;
  const audiences = typeof payload.aud === "string" ? [payload.aud] : payload.aud;
  if (!isTexts(audiences) || sub !== serviceAccountUser(namespace, account.name)) return undefined;
  const [pod, secret, node] = [own.pod, own.secret, own.node].map(namedObject);
  if ([own.pod, own.secret, own.node].some((one) => one !== undefined && namedObject(one) === undefined))
    return undefined;
  return {
    issuer,
    audiences,
    issuedAt: isMoment(iat) ? iat : 0,
    notBefore: isMoment(nbf) ? nbf : 0,
    expires,
    id: typeof jti === "string" ? jti : "",
    namespace,
    account,
    ...(pod && { pod }),
    ...(secret && { secret }),
    ...(node && { node }),
    ...(isMoment(warnafter) && { warnAfter: warnafter }),
  };
}

const isMoment = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

function namedObject(value: unknown): NamedObject | undefined {
  if (!isJsonObject(value)) return undefined;
  const { name, uid = "" } = value;
  return typeof name === "string" && typeof uid === "string" ? { name, uid } : undefined;
}

/** Clocks differ: so long, in seconds, a token counts before and after its time, and after the deletion of what it is bound to. */
export const leewaySeconds = 60;

/** Why a token doesn't count at that moment (seconds since 1970), in Kubernetes' words; undefined: it does. */
export function timeTrouble(
  { issuedAt, notBefore, expires }: Pick<AccountClaims, "issuedAt" | "notBefore" | "expires">,
  now: number,
): string | undefined {
  if (now + leewaySeconds < notBefore) return "service account token is not valid yet";
  if (now - leewaySeconds > expires) return "service account token has expired";
  return now + leewaySeconds < issuedAt ? "service account token is issued in the future" : undefined;
}

/** Whom such a token makes of who shows it. */
export function accountIdentity({ namespace, account, pod, node, id }: AccountClaims): Identity {
  return {
    user: serviceAccountUser(namespace, account.name),
    uid: account.uid,
    groups: [...serviceAccountGroups(namespace), authenticatedGroup],
    extra: {
      ...(id !== "" && { "authentication.kubernetes.io/credential-id": [`JTI=${id}`] }),
      ...(node && { "authentication.kubernetes.io/node-name": [node.name] }),
      ...(node && node.uid !== "" && { "authentication.kubernetes.io/node-uid": [node.uid] }),
      ...(pod && {
        "authentication.kubernetes.io/pod-name": [pod.name],
        "authentication.kubernetes.io/pod-uid": [pod.uid],
      }),
    },
  };
}
