import type { Ip } from "#net/ip.ts";
import type { FilterRequest } from "../../routes/filters/filter-request.ts";
import { normalHost, normalTarget } from "../../routes/request-target.ts";

/** A URL as the request that a client makes of it: GET, and no headers that matter. */
export interface TracedRequest extends FilterRequest {
  readonly url: string;
}

/** undefined where the controller would answer 400. */
export function requestOf(url: string, client: Ip): TracedRequest | undefined {
  const parsed = URL.parse(url);
  // URL resolves dots itself; what the user wrote is what is asked for.
  const [, sentTarget = ""] = /^https?:\/\/[^/?#]*([^#]*)/i.exec(url) ?? [];
  if (parsed === null) return undefined;
  const target = normalTarget(sentTarget.startsWith("/") ? sentTarget : `/${sentTarget}`);
  const host = normalHost(parsed.host);
  if (target.kind === "refused" || host === undefined) return undefined;
  const scheme = parsed.protocol === "https:" ? "https" : "http";
  return {
    url,
    host,
    authority: parsed.host,
    sentTarget,
    method: "GET",
    path: target.path,
    query: target.query ?? "",
    header: () => undefined,
    headers: () => [],
    client,
    scheme,
    port: scheme === "https" ? 443 : 80,
    httpsPort: 443,
    bodyBytes: undefined,
  };
}
