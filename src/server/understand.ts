import { endpoints } from "#api/core/endpoints.ts";
import { kindOf } from "#api/kinds.ts";
import type { AnyKind } from "#machinery/kind.ts";
import { badRequest, forbidden, methodNotAllowed, noSuchPath, notAcceptable } from "#machinery/status.ts";
import { type ApiPath, parseApiPath, type ResourcePath } from "./api-path.ts";
import { authorize } from "./authorize.ts";
import type { Call } from "./call.ts";
import type { Environment } from "./environment.ts";
import { type Identity, jsonType, type ServerRequest } from "./exchange.ts";
import { objectFormat } from "./negotiate.ts";
import { isTrue } from "./query.ts";
import { forbiddenPath } from "./refusals.ts";
import { type Route, routeOf, watchRoute } from "./routes.ts";

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
}

/** What it wants, once it is known to exist and to be allowed. Throws a 403, 404, 405 or 406. */
export function understand(
  env: Environment,
  request: ServerRequest,
  resource: Resource,
): { readonly call: Call; readonly route: Route } {
  const { path, query, identity, warn } = resource;
  const { group, namespace, name, subresource: wanted } = path;
  const kind = kindAt(path);
  const subresource = kind.subresources.find((one) => one.name === wanted);
  if (wanted !== "" && subresource === undefined) throw noSuchPath();
  const { method } = request;
  const isWatch = method === "GET" && wanted === "" && (path.isOldWatch || (name === "" && isTrue(query, "watch")));
  const route = isWatch ? watchRoute : routeOf(kind, subresource, { method, namespace, name });
  if (route === undefined) throw methodNotAllowed(kind, method.toLowerCase());
  const attributes = { group, resource: path.resource, subresource: wanted, namespace, name, verb: route.verb };
  const decision = authorize(identity, { kind: "resource", ...attributes });
  if (decision.kind === "denied") throw forbidden(kind, name, decision.message);
  const format = objectFormat(request.headers.accept);
  if (format === undefined) throw notAcceptable([jsonType]);
  if (kind.kind === endpoints.kind && kind.group === endpoints.group) warn(endpointsWarning);
  // A Namespace's own name stands in both places of its path.
  const own = kind.scope === "Cluster" ? { ...path, namespace: "" } : path;
  return { call: { env, request, identity, kind, subresource, path: own, query, format, warn }, route };
}

/** Source: KEP-4974. */
const endpointsWarning = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";

/** Throws a 404. */
function kindAt({ group, version, resource, namespace, name }: ResourcePath): AnyKind {
  const kind = kindOf(group, version, resource);
  if (kind === undefined) throw noSuchPath();
  const isStray =
    kind.scope === "Cluster" ? namespace !== "" && resource !== "namespaces" : namespace === "" && name !== "";
  if (isStray) throw noSuchPath();
  return kind;
}

/** Throws a 403. */
export function admitDocument(identity: Identity, method: string, path: string): void {
  const decision = authorize(identity, { kind: "document", verb: method.toLowerCase(), path });
  if (decision.kind === "denied") throw forbiddenPath(decision.message);
}
