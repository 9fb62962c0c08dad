import type { TokenRequest } from "#api/authentication/token-request.ts";
import { nodes } from "#api/core/node.ts";
import { pods } from "#api/core/pod.ts";
import { secrets } from "#api/core/secret.ts";
import type { AccountClaims, NamedObject } from "#core/access/account-claims.ts";
import { badRequest, conflict } from "#machinery/status.ts";
import type { Store } from "#store/store.ts";
import type { ApiObject } from "../object.ts";
import { findOf, mustFindOf, type Place } from "../objects.ts";

/** What a token is bound to. */
type Bound = Pick<AccountClaims, "pod" | "secret" | "node">;
type Reference = NonNullable<TokenRequest["spec"]["boundObjectRef"]>;

/**
 * What a token of that account is to be bound to, as it stands in the store. Throws a 404 where it isn't there, a 409 where it is another
 * one, a 400 where no token can be bound to it.
 */
export async function boundObjects(
  store: Store,
  { namespace, name: account }: Place,
  reference: Reference | undefined,
): Promise<Bound> {
  if (reference === undefined) return {};
  const { apiVersion = "", kind = "", name = "" } = reference;
  const isCore = !apiVersion.includes("/");
  switch (isCore ? kind : "") {
    case "Pod": {
      const pod = await mustFindOf(store, pods, { namespace, name });
      if (pod.spec.serviceAccountName !== account)
        throw badRequest(
          `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`,
        );
      return { pod: checked(reference, pod), ...(await nodeRunning(store, pod.spec.nodeName ?? "")) };
    }
    case "Secret":
      return { secret: checked(reference, await mustFindOf(store, secrets, { namespace, name })) };
    case "Node":
      return { node: checked(reference, await mustFindOf(store, nodes, { namespace: "", name })) };
    default:
      throw badRequest(`cannot bind token to object of type ${showKind(apiVersion, kind)}`);
  }
}

/** As Go prints a GroupVersionKind. */
const showKind = (apiVersion: string, kind: string): string =>
  `${apiVersion.includes("/") ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;

export const namedOf = ({ metadata: { name, uid } }: ApiObject): NamedObject => ({ name, uid });

function checked({ kind = "", name = "", uid = "" }: Reference, object: ApiObject): NamedObject {
  if (uid === "" || uid === object.metadata.uid) return namedOf(object);
  throw conflict({ group: "", kind, plural: kind }, name, otherUid(uid));
}

/** Of an object that is not the one that was asked for, though it has its name. */
export const otherUid = (uid: string): string =>
  `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;

/** A Node that isn't there is named all the same. */
async function nodeRunning(store: Store, name: string): Promise<Bound> {
  if (name === "") return {};
  const node = await findOf(store, nodes, { namespace: "", name });
  return { node: { name, uid: node?.metadata.uid ?? "" } };
}
