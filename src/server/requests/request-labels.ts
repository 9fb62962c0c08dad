import type { KindCatalogue } from "#machinery/catalogue.ts";
import type { ServerRequest } from "../exchange.ts";
import type { RequestLabels } from "../metrics/metrics.ts";
import type { ResourcePath } from "./api-path.ts";
import { isTrue } from "./query.ts";
import type { Target } from "./understand.ts";

/** Of requests whose path names nothing that there is. */
export const strayRequest: RequestLabels = {
  verb: "other",
  group: "",
  version: "",
  resource: "",
  subresource: "",
  scope: "",
  dryRun: "",
};

const roots = new Set(["api", "apis", "healthz", "livez", "metrics", "openapi", "portolan", "readyz", "version"]);

/** What a request is counted as. Source: CanonicalVerb, CleanVerb and CleanScope in k8s.io/apiserver, endpoints/metrics. */
export function labelsOf(
  catalogue: KindCatalogue,
  { method, headers }: ServerRequest,
  { path, query }: Target,
): RequestLabels {
  if (path.kind === "document") {
    const [, root = ""] = path.path.split("/");
    if (!roots.has(root)) return strayRequest;
    return { ...strayRequest, verb: method === "GET" || method === "HEAD" ? "GET" : "other", subresource: `/${root}` };
  }
  const { group, version, resource, namespace, name, subresource: wanted } = path;
  const kind = catalogue.at(group, version, resource) ?? catalogue.reviewAt(group, version, resource);
  if (kind === undefined) return strayRequest;
  const subresource = kind.subresources.some((one) => one.name === wanted) ? wanted : "";
  const verb = verbOf(method, path, query);
  const isApply = verb === "PATCH" && (headers["content-type"] ?? "").startsWith("application/apply-patch");
  return {
    verb: isApply ? "APPLY" : verb,
    group,
    version,
    resource,
    subresource,
    scope: name !== "" || method === "POST" ? "resource" : namespace === "" ? "cluster" : "namespace",
    dryRun: query.get("dryRun") === "All" ? "All" : "",
  };
}

const connecting = new Set(["attach", "exec", "portforward", "proxy"]);

function verbOf(method: string, { name, subresource, isOldWatch }: ResourcePath, query: URLSearchParams): string {
  if (connecting.has(subresource)) return "CONNECT";
  switch (method) {
    case "GET":
    case "HEAD":
      if (isOldWatch || (name === "" && isTrue(query, "watch"))) return "WATCH";
      return name === "" ? "LIST" : "GET";
    case "DELETE":
      return name === "" ? "DELETECOLLECTION" : "DELETE";
    case "POST":
    case "PUT":
    case "PATCH":
      return method;
    default:
      return "other";
  }
}
