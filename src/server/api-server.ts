import type { RequestOptions } from "node:https";
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
import { type ApiPath, parseApiPath, type ResourcePath } from "./api-path.ts";
import { type Attributes, authorize } from "./authorize.ts";
import type { Call, Verb } from "./call.ts";
import { documentAnswer, isPublic } from "./documents.ts";
import type { Environment, ServerParts } from "./environment.ts";
import { type Answer, type Identity, jsonType, type ServerRequest, statusAnswer, withWarnings } from "./exchange.ts";
import { objectFormat } from "./negotiate.ts";
import { isTrue } from "./query.ts";
import { routeOf, watchRoute } from "./routes.ts";
import { ServiceAddresses } from "./service-addresses.ts";
import { execTarget } from "./verbs/exec.ts";

/** The API, whatever way its requests come. */
export interface ApiServer {
  /** Answers every request, a failed one with a Status. `identity` is undefined where nobody has shown who they are. */
  readonly handle: (request: ServerRequest, identity: Identity | undefined) => Promise<Answer>;
  /** Where a connection goes that is to become something else than HTTP. Rejects with a `StatusError`. */
  readonly upgradeTarget: (request: ServerRequest, identity: Identity | undefined) => Promise<RequestOptions>;
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
    upgradeTarget: (request, identity) => upgradeTarget(env, request, identity),
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
    const { status, headers } = refusalOf(fault, env.report);
    return withWarnings(statusAnswer(status, headers), warnings);
  }
}

/** What a client is told of a fault; one that is no client's own doing is reported. */
function refusalOf(fault: unknown, report: (fault: unknown) => void): StatusError {
  if (fault instanceof StatusError) return fault;
  report(fault);
  if (!(fault instanceof StoreUnwritable)) return internal("the server has failed; its log says more");
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
  const { path, query } = targetOf(request);
  const { identity } = asking;
  if (path.kind === "document" && isPublic(path.path)) return documentAnswer(env, request, { path: path.path, query });
  if (identity === undefined) throw unauthorized();
  if (path.kind === "document") {
    admit(identity, { kind: "document", verb: request.method.toLowerCase(), path: path.path }, undefined);
    return documentAnswer(env, request, { path: path.path, query });
  }
  const { call, run } = understood(env, request, { ...asking, identity, path, query });
  return run(call);
}

interface Target {
  readonly path: Exclude<ApiPath, { readonly kind: "refused" }>;
  readonly query: URLSearchParams;
}

/** Throws a 400. */
function targetOf({ url }: ServerRequest): Target {
  const at = url.indexOf("?");
  const path = parseApiPath(at < 0 ? url : url.slice(0, at));
  if (path.kind === "refused") throw badRequest(path.message);
  return { path, query: new URLSearchParams(at < 0 ? "" : url.slice(at + 1)) };
}

interface Resource extends Asking {
  readonly identity: Identity;
  readonly path: ResourcePath;
  readonly query: URLSearchParams;
}

/** What a request for a resource wants, once it is known to exist and to be allowed. Throws a 403, 404, 405 or 406. */
function understood(
  env: Environment,
  request: ServerRequest,
  resource: Resource,
): { readonly call: Call; readonly run: Verb } {
  const { path, query, identity, warn } = resource;
  const { group, namespace, name, subresource: wanted } = path;
  const kind = kindAt(path);
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
  return { call: { env, request, identity, kind, subresource, path: own, query, format, warn }, run: route.run };
}

/** Throws a 404. */
function kindAt({ group, version, resource, namespace, name }: ResourcePath): AnyKind {
  const kind = kindOf(group, version, resource);
  if (kind === undefined) throw noSuchPath();
  const isElsewhere =
    kind.scope === "Cluster" ? namespace !== "" && resource !== "namespaces" : namespace === "" && name !== "";
  if (isElsewhere) throw noSuchPath();
  return kind;
}

/** Source: KEP-4006: a WebSocket's handshake is a GET, but what it leads to is no reading. */
async function upgradeTarget(
  env: Environment,
  request: ServerRequest,
  identity: Identity | undefined,
): Promise<RequestOptions> {
  try {
    return await execPath(env, request, identity);
  } catch (fault) {
    throw refusalOf(fault, env.report);
  }
}

async function execPath(
  env: Environment,
  request: ServerRequest,
  identity: Identity | undefined,
): Promise<RequestOptions> {
  const { path, query } = targetOf(request);
  if (identity === undefined) throw unauthorized();
  if (path.kind !== "resource" || path.resource !== "pods" || path.subresource !== "exec")
    throw badRequest("nothing here takes an upgrade");
  const { call } = understood(env, { ...request, method: "POST" }, { identity, path, query, warn: () => {} });
  return execTarget(call);
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
