import { createHash } from "node:crypto";
import { methodNotAllowed, noSuchPath, notAcceptable } from "#machinery/status.ts";
import { backupAnswer } from "./backup.ts";
import { aggregated, coreVersions, group, groupList, resourceList, type Served } from "./discovery.ts";
import type { Environment } from "./environment.ts";
import { type Answer, jsonType, type ServerRequest, type WholeAnswer, wholeJson } from "./exchange.ts";
import { healthAnswer } from "./health.ts";
import { type DiscoveryFormat, discoveryFormat, plainFormat } from "./negotiate.ts";
import { servesSubresource } from "./routes.ts";
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
  const { accept } = request.headers;
  switch (root) {
    case "healthz":
    case "livez":
    case "readyz":
      return found(await healthAnswer(path, query, env.checks));
    case "version":
      return wholeJson(200, versionInfo(env.options.gitVersion));
    case "metrics":
      return env.readings.answer(env.store, env.catalogue.kinds);
    case "portolan":
      if (first !== "backup" || second !== "") throw noSuchPath();
      return backupAnswer(env);
    case "api":
      return first === ""
        ? tagged(request, discovery(served, "core", request))
        : plain(request, resourceList(served, "", first));
    case "apis":
      if (first === "") return tagged(request, discovery(served, "named", request));
      return plain(request, second === "" ? group(served, first) : resourceList(served, first, second));
    case "openapi":
      return tagged(request, found(await openApiAnswer(env, accept, [first, second, ...rest])));
    case "":
      return plain(request, {
        paths: [
          "/api",
          "/api/v1",
          "/apis",
          "/healthz",
          "/livez",
          "/metrics",
          "/openapi/v2",
          "/openapi/v3",
          "/portolan/backup",
          "/readyz",
          "/version",
        ],
      });
    default:
      throw noSuchPath();
  }
}

async function openApiAnswer(
  { catalogue, options }: Environment,
  accept: string | undefined,
  [which = "", ...path]: readonly string[],
): Promise<WholeAnswer | undefined> {
  const { v2Answer, v3Answer } = await import("./openapi.ts");
  const described = { catalogue, version: options.gitVersion };
  if (which === "v2") return v2Answer(accept, described);
  return which === "v3" ? v3Answer(path.filter((step) => step !== "").join("/"), described) : undefined;
}

export interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
}

function discovery(served: Served, which: "core" | "named", { headers }: ServerRequest): WholeAnswer {
  const format = discoveryFormat(headers.accept);
  if (format === undefined) throw notAcceptable([jsonType]);
  const listed = which === "core" ? coreVersions(headers.host ?? "") : groupList(served);
  const value = format.kind === "aggregated" ? aggregated(served, which, format) : listed;
  return { ...wholeJson(200, value), headers: { "content-type": typeOf(format), vary: "Accept" } };
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
  return wholeJson(200, value);
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw noSuchPath();
  return value;
}

/** With its hash, so that a client that has it need not be sent it again. */
function tagged({ headers }: ServerRequest, answer: WholeAnswer): WholeAnswer {
  const etag = `"${createHash("sha256").update(answer.body).digest("hex").toUpperCase()}"`;
  const isKnown = (headers["if-none-match"] ?? "").split(",").some((one) => one.trim() === etag);
  const tags = { ...answer.headers, etag, "cache-control": "public" };
  return isKnown ? { kind: "whole", status: 304, headers: tags, body: "" } : { ...answer, headers: tags };
}
