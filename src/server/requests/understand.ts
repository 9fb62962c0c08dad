import { endpoints } from "#api/core/endpoints.ts";
import type { Identity } from "#core/access/identity.ts";
import type { KindCatalogue, ServedKind } from "#machinery/catalogue.ts";
import { deprecationWarning } from "#machinery/kind.ts";
import { parseFieldSelector } from "#machinery/selector-text.ts";
import { badRequest, methodNotAllowed, noSuchPath, notAcceptable } from "#machinery/status.ts";
import { mediaTypes, objectFormat, watchEncodings } from "../answers/negotiate.ts";
import { mayOrThrow } from "../authorization/permission.ts";
import type { Call } from "../call.ts";
import type { Environment } from "../environment.ts";
import type { ServerRequest } from "../exchange.ts";
import { type Route, routeOf, watchRoute } from "../verbs/routes.ts";
import { type ApiPath, parseApiPath, type ResourcePath } from "./api-path.ts";
import { isTrue } from "./query.ts";

/** What a URL names. */
export interface Target {
  readonly path: Exclude<ApiPath, { readonly kind: "refused" }>;
  readonly query: URLSearchParams;
}

/** Throws a 400. */
export function targetOf({ url }: ServerRequest): Target {
  const at = url.indexOf("?");
  const path = parseApiPath(at < 0 ? url : url.slice(0, at));
  if (path.kind === "refused") throw badRequest(path.message);
  return { path, query: new URLSearchParams(at < 0 ? "" : url.slice(at + 1)) };
}

/** A request for a resource, by somebody known. */
export interface Resource {
  readonly identity: Identity;
  readonly path: ResourcePath;
  readonly query: URLSearchParams;
  readonly warn: (text: string) => void;
  readonly annotate: (key: string, value: string) => void;
}

/** What it wants, once it is known to exist and to be allowed. Throws a 403, 404, 405 or 406. */
export function understand(
  env: Environment,
  request: ServerRequest,
  resource: Resource,
): { readonly call: Call; readonly route: Route } {
  const { path, query, identity, warn, annotate } = resource;
  const { group, namespace, name, subresource: wanted } = path;
  const spoken = kindAt(env.catalogue, path);
  const { hub: kind } = spoken;
  const subresource = kind.subresources.find((one) => one.name === wanted);
  if (wanted !== "" && subresource === undefined) throw noSuchPath();
  const { method } = request;
  const isWatch = method === "GET" && wanted === "" && (path.isOldWatch || (name === "" && isTrue(query, "watch")));
  const route = isWatch ? watchRoute : routeOf(kind, subresource, { method, namespace, name });
  if (route === undefined) throw methodNotAllowed(kind, method.toLowerCase());
  const { verb } = route;
  const chosen = name === "" && (verb === "list" || verb === "watch") ? nameChosen(query) : name;
  const attributes = { group, resource: path.resource, subresource: wanted, namespace, verb, name: chosen };
  mayOrThrow(env, identity, { kind: "resource", ...attributes });
  // What a proxy's target accepts to give is its own business.
  const accept = wanted === "proxy" ? undefined : request.headers.accept;
  const format = isWatch ? objectFormat(accept, watchEncodings) : objectFormat(accept);
  if (format === undefined) throw notAcceptable(offered(isWatch));
  if (kind.kind === endpoints.kind && kind.group === endpoints.group) warn(endpointsWarning);
  const deprecation = spoken.other?.deprecation;
  if (deprecation !== undefined) warn(deprecationWarning(spoken, deprecation));
  // A Namespace's own name stands in both places of its path.
  const own = kind.scope === "Cluster" ? { ...path, namespace: "" } : path;
  const shown = { path: own, query, format, warn, annotate };
  return { call: { env, request, identity, kind, spoken, subresource, ...shown }, route };
}

/** What a watch is told in has a name of its own. */
const offered = (isWatch: boolean): readonly string[] =>
  isWatch ? watchEncodings.map((one) => `${mediaTypes[one]};stream=watch`) : Object.values(mediaTypes);

/** Source: KEP-4974. */
const endpointsWarning = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";

/** Throws a 404. */
function kindAt(catalogue: KindCatalogue, path: ResourcePath): ServedKind {
  const { group, version, resource, namespace, name } = path;
  const kind = catalogue.at(group, version, resource);
  if (kind === undefined) throw noSuchPath();
  const isStray =
    kind.scope === "Cluster" ? namespace !== "" && resource !== "namespaces" : namespace === "" && name !== "";
  if (isStray) throw noSuchPath();
  return kind;
}

/** The one object that a reading of a collection is narrowed to by a field selector. Source: RequestInfoFactory in k8s.io/apiserver. */
export function nameChosen(query: URLSearchParams): string {
  const fields = parseFieldSelector(query.get("fieldSelector") ?? "");
  if (fields.kind === "refused") return "";
  const { requirements } = fields.selector;
  return requirements.find(({ field, operator }) => field === "metadata.name" && operator === "=")?.value ?? "";
}
