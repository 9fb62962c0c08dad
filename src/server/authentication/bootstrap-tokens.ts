import { authenticatedGroup, bootstrappersGroup } from "#api/authentication/subjects.ts";
import { secrets } from "#api/core/secret.ts";
import type { Identity } from "#core/access/identity.ts";
import type { Environment } from "../environment.ts";
import { findOf } from "../objects.ts";
import { areSame } from "./same-secret.ts";

const form = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const groupPattern = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

/** `ID.SECRET`, which no other token looks like. */
export const isBootstrapToken = (token: string): boolean => form.test(token);

/**
 * Who has a bootstrap token: as the Secret `bootstrap-token-ID` of kube-system says.
 * Source: "Authenticating with Bootstrap Tokens" in the Kubernetes reference; plugin/pkg/auth/authenticator/token/bootstrap.
 */
export async function bootstrapIdentity({ store, now }: Environment, token: string): Promise<Identity | undefined> {
  const [, id = "", secret = ""] = form.exec(token) ?? [];
  const object = await findOf(store, secrets, { namespace: "kube-system", name: `bootstrap-token-${id}` });
  if (object?.type !== "bootstrap.kubernetes.io/token" || object.metadata.deletionTimestamp !== undefined)
    return undefined;
  const field = (name: string): string => Buffer.from(object.data?.[name] ?? "", "base64").toString();
  const isRight = areSame(field("token-secret"), secret) && field("token-id") === id;
  if (!isRight || !isInFuture(field("expiration"), now())) return undefined;
  if (field("usage-bootstrap-authentication") !== "true") return undefined;
  const extra = field("auth-extra-groups")
    .split(",")
    .filter((one) => one !== "");
  if (!extra.every((group) => groupPattern.test(group))) return undefined;
  return { user: `system:bootstrap:${id}`, groups: [bootstrappersGroup, ...extra, authenticatedGroup] };
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
/** A token without an expiration goes on for ever; one whose expiration can't be read has ended. */
const isInFuture = (expiration: string, now: number): boolean =>
  expiration === "" || (rfc3339.test(expiration) && Date.parse(expiration) > now);
