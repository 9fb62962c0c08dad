import type { HttpsRedirect } from "../route-filters.ts";
import type { PathMatch, RedirectTarget, Target } from "../route-table.ts";
import type { Answer } from "./answer.ts";
import type { FilterRequest } from "./filter-request.ts";
import { asUri } from "./uri.ts";

/** To a request without TLS; undefined for one with it. The port is left out where it is TLS' own. */
export function httpsAnswer({ status }: HttpsRedirect, request: FilterRequest): Answer | undefined {
  if (request.scheme === "https") return undefined;
  const port = request.httpsPort === 443 ? "" : `:${request.httpsPort}`;
  return {
    status,
    headers: [{ name: "location", value: asUri(`https://${request.host}${port}${request.path}${queryOf(request)}`) }],
    because: "RedirectsToHttps",
  };
}

/** Where a route itself sends the client. */
export function redirectAnswer(
  { status, to }: Extract<Target, { readonly kind: "redirect" }>,
  match: PathMatch,
  request: FilterRequest,
): Answer {
  return { status, headers: [{ name: "location", value: locationOf(to, match, request) }], because: "Redirects" };
}

/**
 * The Location of a redirect: always a full URL where it is made of parts, so that a path can't be taken for a host. A port that isn't
 * given is the scheme's own where the scheme is, else the listener's (Gateway API HTTPRequestRedirectFilter).
 */
function locationOf(to: RedirectTarget, match: PathMatch, request: FilterRequest): string {
  if (to.kind === "location") return asUri(to.location);
  const scheme = to.scheme ?? request.scheme;
  const port = to.port ?? (to.scheme === undefined ? request.port : ownPort(scheme));
  const shown = port === ownPort(scheme) ? "" : `:${port}`;
  const path = to.path ?? (to.prefix === undefined ? request.path : withPrefix(to.prefix, match, request.path));
  return asUri(`${scheme}://${to.host ?? request.host}${shown}${path}${queryOf(request)}`);
}

const ownPort = (scheme: "http" | "https"): number => (scheme === "https" ? 443 : 80);

const queryOf = ({ query }: FilterRequest): string => (query === "" ? "" : `?${query}`);

/** The path with what the match's prefix has matched replaced. Source: Gateway API HTTPPathModifier, ReplacePrefixMatch. */
export function withPrefix(prefix: string, match: PathMatch, path: string): string {
  const rest = match.kind === "prefix" ? path.slice(match.value.length).replace(/^\//, "") : "";
  const head = prefix.replace(/\/$/, "");
  return rest === "" ? (path.endsWith("/") && match.value !== "" ? `${head}/` : prefix || "/") : `${head}/${rest}`;
}
