import { accountNameAnnotation, accountTokenType, accountUidAnnotation } from "#api/core/secret/account-token.ts";
import { type Secret, secrets } from "#api/core/secret.ts";
import { type ServiceAccount, serviceAccounts } from "#api/core/service-account.ts";
import { placeOf } from "#client/informer.ts";
import { refusedFor } from "#client/resource.ts";
import type { SecretClaims } from "#core/access/secret-claims.ts";
import { changesOf, type Loop, loop } from "../loop.ts";
import { backoffOf, type ControllerContext, collection } from "./context.ts";

/** How tokens of Secrets come about. */
export interface SecretTokens {
  /** PEM: what the API server is known by. */
  readonly caPem: string;
  readonly sign: (claims: SecretClaims) => Promise<string>;
}

/**
 * Fills Secrets of the type kubernetes.io/service-account-token with a token of the account that they name, and deletes those of accounts
 * that are gone. Nobody has such a Secret who doesn't make one.
 * Source: tokens_controller.go in pkg/controller/serviceaccount.
 */
export function secretTokenController(context: ControllerContext, { caPem, sign }: SecretTokens): Loop {
  const all = collection(context, secrets);
  const accounts = collection(context, serviceAccounts);
  const ofAccount = all.cache.index((secret) => (isOfToken(secret) ? [accountOf(secret)] : []));
  const keyOf = ({ metadata }: Secret): string => `${metadata.namespace}/${metadata.name}`;
  return loop<Step>({
    name: "tokens of Secrets",
    sources: [
      changesOf(all.cache, (secret) => (isOfToken(secret) ? [keyOf(secret)] : [])),
      changesOf(accounts.cache, ({ metadata: { namespace, name } }) => ofAccount(`${namespace}/${name}`).map(keyOf)),
    ],
    plan(key) {
      const place = placeOf(key);
      const secret = all.cache.get(place.namespace, place.name);
      if (secret === undefined || !isOfToken(secret) || secret.metadata.deletionTimestamp !== undefined)
        return undefined;
      const of = placeOf(accountOf(secret));
      const account = accounts.cache.get(of.namespace, of.name);
      if (!isFor(secret, account)) return { is: "orphan", secret };
      return isFull(secret, account, caPem) ? undefined : { is: "incomplete", secret, account };
    },
    async apply(step) {
      const { metadata } = step.secret;
      switch (step.is) {
        case "orphan": {
          const { namespace, name } = placeOf(accountOf(step.secret));
          // The Secret may have come faster than its account.
          if (isFor(step.secret, await orNothing(accounts.client.get(namespace, name)))) return undefined;
          const { uid, resourceVersion } = metadata;
          await orNothing(
            all.client.delete(metadata.namespace, metadata.name, { preconditions: { uid, resourceVersion } }),
          );
          return undefined;
        }
        case "incomplete":
          await all.client.update(await filled(step, { caPem, sign }));
          return undefined;
      }
    },
    parallel: 4,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}

type Step =
  | { readonly is: "orphan"; readonly secret: Secret }
  | { readonly is: "incomplete"; readonly secret: Secret; readonly account: ServiceAccount };

const isOfToken = ({ type }: Secret): boolean => type === accountTokenType;
const accountOf = ({ metadata: { namespace, annotations = {} } }: Secret): string =>
  `${namespace}/${annotations[accountNameAnnotation] ?? ""}`;

/** Whether that is the account that a Secret names; one that names no uid takes whichever has the name. */
function isFor({ metadata }: Secret, account: ServiceAccount | undefined): account is ServiceAccount {
  const uid = metadata.annotations?.[accountUidAnnotation] ?? "";
  return account !== undefined && (uid === "" || uid === account.metadata.uid);
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

function isFull({ metadata, data = {} }: Secret, account: ServiceAccount, caPem: string): boolean {
  const isNamed = metadata.annotations?.[accountUidAnnotation] === account.metadata.uid;
  const isRight = data["ca.crt"] === base64(caPem) && data.namespace === base64(metadata.namespace);
  return isNamed && isRight && (data.token ?? "") !== "";
}

async function filled(
  { secret, account }: Step & { readonly is: "incomplete" },
  { caPem, sign }: SecretTokens,
): Promise<Secret> {
  const { metadata, data = {} } = secret;
  const { name, uid, namespace } = account.metadata;
  const claims = { namespace, secret: metadata.name, account: name, accountUid: uid };
  const token = data.token || base64(await sign(claims));
  return {
    ...secret,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [accountUidAnnotation]: uid } },
    data: { ...data, token, "ca.crt": base64(caPem), namespace: base64(namespace) },
  };
}

async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (fault) {
    if (refusedFor(fault, "NotFound", "Conflict")) return undefined;
    throw fault;
  }
}
