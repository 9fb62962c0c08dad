import { endpoints } from "#api/core/endpoints.ts";
import { kindOf } from "#api/kinds.ts";
import type { AnyKind } from "#machinery/kind.ts";
import {
  badRequest,
  forbidden,
  internal,
  methodNotAllowed,
  noSuchPath,
  notAcceptable,
  StatusError,
  unauthorized,
} from "#machinery/status.ts";
import type { PortRange } from "#net/port.ts";
import { StoreUnwritable } from "#store/faults.ts";
import { parseApiPath, type ResourcePath } from "./api-path.ts";
import { type Attributes, authorize } from "./authorize.ts";
import { documentAnswer, isPublic } from "./documents.ts";
import type { Environment, ServerParts } from "./environment.ts";
import { type Answer, type Identity, jsonType, type ServerRequest, statusAnswer, withWarnings } from "./exchange.ts";
import { objectFormat } from "./negotiate.ts";
import { isTrue } from "./query.ts";
import { routeOf, watchRoute } from "./routes.ts";
import { ServiceAddresses } from "./service-addresses.ts";

/** The API, whatever way its requests come. */
export interface ApiServer {
  /** Answers every request, a failed one with a Status. `identity` is undefined where nobody has shown who they are. */
  readonly handle: (request: ServerRequest, identity: Identity | undefined) => Promise<Answer>;
  /** Node ports given out from now on. */
  readonly setNodePortRange: (range: PortRange) => void;
  readonly close: () => void;
}

export async function createApiServer(parts: ServerParts): Promise<ApiServer> {
  const { serviceRanges, nodePortRange } = parts.options;
  const serviceAddresses = new ServiceAddresses(serviceRanges, nodePortRange, parts.chance.number);
  await serviceAddresses.follow(parts.store);
  const env: Environment = { ...parts, serviceAddresses };
  return {
    handle: (request, identity) => handle(env, request, identity),
    setNodePortRange: (range) => {
      serviceAddresses.nodePortRange = range;
    },
    close: () => serviceAddresses.stop(),
  };
}

async function handle(env: Environment, request: ServerRequest, identity: Identity | undefined): Promise<Answer> {
  const warnings: string[] = [];
  try {
    return withWarnings(await answer(env, request, { identity, warn: (text) => warnings.push(text) }), warnings);
  } catch (fault) {
    const refusal = refusalOf(fault);
    if (refusal === undefined) env.report(fault);
    const { status, headers } = refusal ?? internal("the server has failed; its log says more");
    return withWarnings(statusAnswer(status, headers), warnings);
  }
}

function refusalOf(fault: unknown): StatusError | undefined {
  if (fault instanceof StatusError) return fault;
  if (!(fault instanceof StoreUnwritable)) return undefined;
  const { message } = fault;
  return new StatusError({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason: "InsufficientStorage",
    code: 507,
  });
}

interface Asking {
  readonly identity: Identity | undefined;
  readonly warn: (text: string) => void;
}

async function answer(env: Environment, request: ServerRequest, asking: Asking): Promise<Answer> {
  const at = request.url.indexOf("?");
  const path = parseApiPath(at < 0 ? request.url : request.url.slice(0, at));
  const query = new URLSearchParams(at < 0 ? "" : request.url.slice(at + 1));
  const { identity } = asking;
  if (path.kind === "document" && isPublic(path.path)) return documentAnswer(env, request, { path: path.path, query });
  if (identity === undefined) throw unauthorized();
  switch (path.kind) {
    case "refused":
      throw badRequest(path.message);
    case "document":
      admit(identity, { kind: "document", verb: request.method.toLowerCase(), path: path.path }, undefined);
      return documentAnswer(env, request, { path: path.path, query });
    case "resource":
      return resourceAnswer(env, request, { ...asking, identity, path, query });
  }
}

interface Resource extends Asking {
  readonly identity: Identity;
  readonly path: ResourcePath;
  readonly query: URLSearchParams;
}

async function resourceAnswer(env: Environment, request: ServerRequest, resource: Resource): Promise<Answer> {
  const { path, query, identity, warn } = resource;
  const { group, version, name, namespace, subresource: wanted } = path;
  const kind = kindOf(group, version, path.resource);
  if (kind === undefined) throw noSuchPath();
  if (kind.scope === "Cluster" && namespace !== "" && path.resource !== "namespaces") throw noSuchPath();
  if (kind.scope === "Namespaced" && namespace === "" && name !== "") throw noSuchPath();
  const subresource = kind.subresources.find((one) => one.name === wanted);
  if (wanted !== "" && subresource === undefined) throw noSuchPath();
  const isWatch =
    request.method === "GET" && wanted === "" && (path.isOldWatch || (name === "" && isTrue(query, "watch")));
  const route = isWatch ? watchRoute : routeOf(kind, subresource, { method: request.method, name });
  if (route === undefined) throw methodNotAllowed(kind, request.method.toLowerCase());
  const attributes = { group, resource: path.resource, subresource: wanted, namespace, name, verb: route.verb };
  admit(identity, { kind: "resource", ...attributes }, kind);
  const format = objectFormat(request.headers.accept);
  if (format === undefined) throw notAcceptable([jsonType]);
  if (kind.kind === endpoints.kind && kind.group === endpoints.group) warn(endpointsWarning);
  // A Namespace's own name stands in both places of its path.
  const own = kind.scope === "Cluster" ? { ...path, namespace: "" } : path;
  return route.run({ env, request, identity, kind, subresource, path: own, query, format, warn });
}

/** Source: KEP-4974. */
const endpointsWarning = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";

/** Throws a 403. */
function admit(identity: Identity, attributes: Attributes, kind: AnyKind | undefined): void {
  const decision = authorize(identity, attributes);
  if (decision.kind === "allowed") return;
  const isResource = attributes.kind === "resource" && kind !== undefined;
  throw isResource
    ? forbidden(kind, attributes.name, decision.message)
    : new StatusError({ ...forbiddenPath(decision.message) });
}

const forbiddenPath = (message: string) => ({
  kind: "Status" as const,
  apiVersion: "v1" as const,
  metadata: {},
  status: "Failure" as const,
  message: `forbidden: ${message}`,
  reason: "Forbidden",
  details: {},
  code: 403,
});
