import type { Identity } from "#core/access/identity.ts";
import { mayOrThrow } from "../authorization/permission.ts";
import type { Environment } from "../environment.ts";
import { type ServerRequest, type WholeAnswer, wholeJson } from "../exchange.ts";
import { isTrue } from "../requests/query.ts";
import type { Target } from "../requests/understand.ts";

const [group, version, resource] = ["apiextensions.k8s.io", "v1", "customresourcedefinitions"];

/**
 * That there are none, to who lists them; undefined for every other request. Nothing else of that group is served, but kubectl asks so before it
 * sends a kind that can't be patched, a review among them: it leaves the check of fields to the server for custom resources alone. Throws a 403.
 * Source: QueryParamVerifier and CRDFinder in k8s.io/cli-runtime/pkg/resource.
 */
export async function noCustomResources(
  env: Environment,
  { method }: ServerRequest,
  { identity, path, query }: Target & { readonly identity: Identity },
): Promise<WholeAnswer | undefined> {
  const isTheirs =
    path.kind === "resource" && path.group === group && path.version === version && path.resource === resource;
  if (!isTheirs || method !== "GET" || path.name !== "" || path.isOldWatch || isTrue(query, "watch")) return undefined;
  mayOrThrow(env, identity, {
    kind: "resource",
    verb: "list",
    group,
    resource,
    subresource: "",
    namespace: "",
    name: "",
  });
  const resourceVersion = String(await env.store.revision());
  const kind = "CustomResourceDefinitionList";
  return wholeJson(200, { kind, apiVersion: `${group}/${version}`, metadata: { resourceVersion }, items: [] });
}
