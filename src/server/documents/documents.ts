import { methodNotAllowed, noSuchPath, notAcceptable } from "#machinery/status.ts";
import { type DiscoveryFormat, discoveryFormat, plainFormat } from "../answers/negotiate.ts";
import { issuerDocument } from "../authentication/issuer-documents.ts";
import type { Environment } from "../environment.ts";
import { type Answer, jsonType, type ServerRequest, type WholeAnswer, wholeJson } from "../exchange.ts";
import { servesSubresource } from "../verbs/routes.ts";
import { backupAnswer } from "./backup.ts";
import { aggregated, coreVersions, group, groupList, resourceList, type Served } from "./discovery.ts";
import { healthAnswer } from "./health.ts";
import { tagged } from "./tagged.ts";
import { versionInfo } from "./version.ts";

/** Documents that whoever asks may read, also without a certificate. */
export const isPublic = (path: string): boolean => /^\/(healthz|livez|readyz|version)(\/|$)/.test(path);

/** Everything that is no resource: discovery, OpenAPI, health, the version. Throws a 404, 405 or 406. */
export async function documentAnswer(
  env: Environment,
  request: ServerRequest,
  { path, query }: Asked,
): Promise<Answer> {
  if (request.method !== "GET" && request.method !== "HEAD")
    throw methodNotAllowed({ group: "", kind: "", plural: path }, request.method.toLowerCase());
  const served: Served = { catalogue: env.catalogue, isServed: servesSubresource };
  const [, root = "", first = "", second = "", ...rest] = path.split("/");
  switch (root) {
    case "healthz":
    case "livez":
    case "readyz":
      return found(await healthAnswer(path, query, env.checks));
    case "version":
      return wholeJson(200, versionInfo(env.options.gitVersion));
    case "metrics":
      return env.readings.answer(env.store, env.catalogue.kinds);
    case ".well-known":
      if (first !== "openid-configuration" || second !== "") throw noSuchPath();
      return issuerDocument(env, "configuration");
    case "openid":
      if (first !== "v1" || second !== "jwks" || rest.length > 0) throw noSuchPath();
      return issuerDocument(env, "keySet");
    case "portolan":
      if (first !== "backup" || second !== "") throw noSuchPath();
      return backupAnswer(env);
    case "api":
      return tagged(request, coreDocument(served, request, first));
    case "apis":
      return tagged(request, namedDocument(served, request, [first, second]));
    case "openapi": {
      const { openApiAnswer } = await import("./openapi.ts");
      const described = { catalogue: env.catalogue, version: env.options.gitVersion };
      const asked = { path: [first, second, ...rest].filter((step) => step !== ""), query, now: env.now() };
      return tagged(request, found(openApiAnswer(described, request, asked)));
    }
    case "":
      return plain(request, {
        paths: [
          "/.well-known/openid-configuration",
          "/api",
          "/api/v1",
          "/apis",
          "/healthz",
          "/livez",
          "/metrics",
          "/openapi/v2",
          "/openapi/v3",
          "/openid/v1/jwks",
          "/portolan/backup",
          "/readyz",
          "/version",
        ],
      });
    default:
      throw noSuchPath();
  }
}

export interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
}

const coreDocument = (served: Served, request: ServerRequest, version: string): WholeAnswer =>
  version === "" ? discovery(served, "core", request) : plain(request, resourceList(served, "", version));

function namedDocument(
  served: Served,
  request: ServerRequest,
  [name, version]: readonly [string, string],
): WholeAnswer {
  if (name === "") return discovery(served, "named", request);
  return plain(request, version === "" ? group(served, name) : resourceList(served, name, version));
}

function discovery(served: Served, which: "core" | "named", { headers }: ServerRequest): WholeAnswer {
  const format = discoveryFormat(headers.accept);
  if (format === undefined) throw notAcceptable([jsonType]);
  const listed = which === "core" ? coreVersions(headers.host ?? "") : groupList(served);
  const value = format.kind === "aggregated" ? aggregated(served, which, format) : listed;
  // Only the form that is one document for all is kept by caches between here and the client.
  const caching = format.kind === "aggregated" ? { "cache-control": "public" } : {};
  return { ...wholeJson(200, value), headers: { "content-type": typeOf(format), vary: "Accept", ...caching } };
}

function typeOf(format: DiscoveryFormat): string {
  switch (format.kind) {
    case "json":
      return jsonType;
    case "aggregated":
      return `${jsonType};g=apidiscovery.k8s.io;v=${format.version};as=APIGroupDiscoveryList`;
  }
}

function plain({ headers }: ServerRequest, value: unknown): WholeAnswer {
  if (value === undefined) throw noSuchPath();
  if (plainFormat(headers.accept) === undefined) throw notAcceptable([jsonType]);
  return { ...wholeJson(200, value), headers: { "content-type": jsonType, vary: "Accept" } };
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw noSuchPath();
  return value;
}
