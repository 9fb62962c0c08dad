import type { TokenRequest } from "#api/authentication/token-request.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import type { Store } from "#store/store.ts";
import { otherUid } from "../authentication/bound-objects.ts";
import { mustFindOf, type Place } from "../objects.ts";

/** For whom a node wants a token. */
type Wanted = Place & Pick<TokenRequest["spec"], "audiences" | "boundObjectRef">;

/**
 * Why a node gets no such token; undefined: it does. Tokens are bound to its own pods, and are for those whom the pod's volumes name.
 * Source: admitServiceAccount in plugin/pkg/admission/noderestriction, in whose words it refuses; KEP-4601 for the audiences.
 * Throws a 404 where there is no such pod.
 */
export async function nodeTokenDenial(
  store: Store,
  node: string,
  { namespace, audiences, boundObjectRef }: Wanted,
): Promise<string | undefined> {
  const { apiVersion, kind, name = "", uid = "" } = boundObjectRef ?? {};
  if (apiVersion !== "v1" || kind !== "Pod" || name === "") return "node requested token not bound to a pod";
  if (uid === "") return "node requested token with a pod binding without a uid";
  const pod = await mustFindOf(store, pods, { namespace, name });
  if (pod.metadata.uid !== uid) return otherUid(uid);
  if (pod.spec.nodeName !== node) return "node requested token bound to a pod scheduled on a different node";
  const [audience = "", ...others] = audiences;
  if (others.length > 0) return "node may only request 0 or 1 audiences";
  return audiencesOf(pod).has(audience)
    ? undefined
    : `audience ${JSON.stringify(audience)} not found in pod spec volume`;
}

/** Empty: the API's. */
const audiencesOf = ({ spec: { volumes = [] } }: Pod): ReadonlySet<string> =>
  new Set(
    volumes
      .flatMap(({ projected }) => projected?.sources ?? [])
      .flatMap(({ serviceAccountToken: token }) => (token === undefined ? [] : [token.audience ?? ""])),
  );
