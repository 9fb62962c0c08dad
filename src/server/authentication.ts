import { createHash, timingSafeEqual } from "node:crypto";
import { secrets } from "#api/core/secret.ts";
import type { Identity } from "#core/access/identity.ts";
import { unauthorized } from "#machinery/status.ts";
import type { Store } from "#store/store.ts";
import type { ServerRequest } from "./exchange.ts";
import { isOf, parseStored } from "./object.ts";
import { keyOf } from "./objects.ts";

/** What tells who somebody is who has shown no certificate. */
export interface Authenticating {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Who sends a request by its bearer token; undefined where it has none. Throws a 401, which says no more. */
export async function bearerOf({ headers }: ServerRequest, around: Authenticating): Promise<Identity | undefined> {
  const { authorization = "" } = headers;
  if (authorization === "") return undefined;
  const [, token = ""] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  const identity = await bootstrapIdentity(token, around);
  if (identity === undefined) throw unauthorized();
  return identity;
}

const groupPattern = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

/**
 * Who has a bootstrap token, `ID.SECRET`: as the Secret `bootstrap-token-ID` of kube-system says.
 * Source: "Authenticating with Bootstrap Tokens" in the Kubernetes reference; plugin/pkg/auth/authenticator/token/bootstrap.
 */
async function bootstrapIdentity(token: string, { store, now }: Authenticating): Promise<Identity | undefined> {
  const [, id = "", secret = ""] = /^([a-z0-9]{6})\.([a-z0-9]{16})$/.exec(token) ?? [];
  if (id === "") return undefined;
  const entry = await store.get(keyOf(secrets, { namespace: "kube-system", name: `bootstrap-token-${id}` }));
  const object = entry === undefined ? undefined : parseStored(entry.value);
  if (object === undefined || !isOf(secrets, object)) return undefined;
  if (object.type !== "bootstrap.kubernetes.io/token" || object.metadata.deletionTimestamp !== undefined)
    return undefined;
  const field = (name: string): string => Buffer.from(object.data?.[name] ?? "", "base64").toString();
  const isRight = areSame(field("token-secret"), secret) && field("token-id") === id;
  if (!isRight || !isInFuture(field("expiration"), now())) return undefined;
  if (field("usage-bootstrap-authentication") !== "true") return undefined;
  const extra = field("auth-extra-groups")
    .split(",")
    .filter((one) => one !== "");
  if (!extra.every((group) => groupPattern.test(group))) return undefined;
  return { user: `system:bootstrap:${id}`, groups: ["system:bootstrappers", ...extra, "system:authenticated"] };
}

/** In a time that tells nothing of where they differ, nor of how long they are. */
function areSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
/** A token without an expiration goes on for ever; one whose expiration can't be read has ended. */
const isInFuture = (expiration: string, now: number): boolean =>
  expiration === "" || (rfc3339.test(expiration) && Date.parse(expiration) > now);
