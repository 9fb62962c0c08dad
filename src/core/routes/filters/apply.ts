import { unreachable } from "../../unreachable.ts";
import { capturesOf } from "../request-match.ts";
import type { Route } from "../route-table.ts";
import type { Answer } from "./answer.ts";
import { bodyTooLong, exceeds } from "./body-limit.ts";
import { corsHeaders, preflightAnswer } from "./cors.ts";
import { challenge, parseBasic, unreadable } from "./credentials.ts";
import { authRequest } from "./external-auth.ts";
import type { FilterRequest } from "./filter-request.ts";
import type { Ask, Filtered } from "./filtered.ts";
import { inTurn } from "./header-changes.ts";
import { httpsAnswer, redirectAnswer } from "./redirects.ts";
import { rewritten } from "./rewrites.ts";
import { isIn, mayComeIn, notAllowed } from "./sources.ts";

/** One filter: it answers, asks for something, or lets the request pass. */
type Step = (route: Route, request: FilterRequest) => Answer | Ask | undefined;

/** In the order of RouteFilters. */
const steps: readonly Step[] = [
  ({ filters: { sources } }, { client }) =>
    sources === undefined || mayComeIn(sources, client) ? undefined : notAllowed,
  ({ filters: { rateLimit } }, { client }) =>
    rateLimit === undefined || isIn(rateLimit.exempt, client)
      ? undefined
      : { kind: "rateLimit", limit: rateLimit, key: client.text },
  ({ filters: { httpsRedirect } }, request) =>
    httpsRedirect === undefined ? undefined : httpsAnswer(httpsRedirect, request),
  ({ filters: { cors } }, request) => (cors === undefined ? undefined : preflightAnswer(cors, request)),
  basicAuth,
  externalAuth,
  ({ filters: { maxBodyBytes } }, { bodyBytes = 0 }) => (exceeds(maxBodyBytes, bodyBytes) ? bodyTooLong : undefined),
  ownAnswer,
];

/**
 * What a route makes of a request that it has matched, and what has to be asked before that counts: the embedded engine does it, and
 * traces and scenarios foretell it.
 */
export function applyFilters(route: Route, request: FilterRequest): Filtered {
  const { cors, rewrite, responseHeaders, requestHeaders, maxBodyBytes, errorPages } = route.filters;
  const { match } = route;
  const asks: Ask[] = [];
  const told = { asks, responseHeaders: inTurn(cors && corsHeaders(cors, request), responseHeaders) };
  for (const step of steps) {
    const said = step(route, request);
    if (said === undefined) continue;
    if ("status" in said) return { ...told, ...said, kind: "answer" };
    asks.push(said);
  }
  const target = rewritten(rewrite?.path, match.path, {
    path: request.path,
    query: request.query,
    captures: capturesOf(match.path, request.path),
  });
  if (target.kind === "refused")
    return { ...told, kind: "answer", status: 400, headers: [], because: "RewriteNotNormal" };
  return {
    ...told,
    kind: "pass",
    path: target.path,
    query: target.query,
    host: rewrite?.host ?? request.authority,
    requestHeaders: inTurn(requestHeaders),
    maxBodyBytes,
    errorPages,
  };
}

function basicAuth({ filters: { basicAuth: auth } }: Route, request: FilterRequest): Answer | Ask | undefined {
  if (auth === undefined) return undefined;
  if (auth.users === undefined) return unreadable;
  const given = parseBasic(request.header("authorization"));
  if (given === undefined) return challenge(auth.realm, "CredentialsMissing");
  const [instead] = auth.users.values();
  return { kind: "basicAuth", realm: auth.realm, hash: auth.users.get(given.name), instead, given };
}

function externalAuth({ filters: { externalAuth: auth } }: Route, request: FilterRequest): Ask | undefined {
  return auth === undefined ? undefined : { kind: "externalAuth", request: authRequest(auth, request) };
}

/** Where a route has no backends. */
function ownAnswer({ to, match }: Route, request: FilterRequest): Answer | undefined {
  switch (to.kind) {
    case "backends":
      return undefined;
    case "redirect":
      return redirectAnswer(to, match.path, request);
    case "answer":
      return {
        status: to.status,
        headers: [],
        because: to.because,
        ...(to.body === undefined ? {} : { body: to.body }),
      };
    default:
      return unreachable(to);
  }
}
