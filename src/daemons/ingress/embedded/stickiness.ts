import { setCookie } from "#core/routes/filters/cookies.ts";
import type { FilterRequest } from "#core/routes/filters/filter-request.ts";
import { cookieValue } from "#core/routes/request-match.ts";
import type { Header } from "#core/routes/route-filters.ts";
import type { CookieStickiness } from "#core/routes/route-table.ts";
import type { BackendPool } from "./backend-pool.ts";
import type { Endpoint } from "./endpoint.ts";

/** The endpoint that keeps this client, by its cookie. */
export function keptBy(pool: BackendPool, { name }: CookieStickiness, request: FilterRequest): Endpoint | undefined {
  const cookie = cookieValue(request.header("cookie"), name);
  return cookie === undefined ? undefined : pool.namedBy(cookie);
}

/** What tells the client to come back to `by`; undefined where its cookie says so already, or is to stay although another one has answered. */
export function newCookie(
  pool: BackendPool,
  stickiness: CookieStickiness,
  by: Endpoint,
  preferred: Endpoint | undefined,
): Header | undefined {
  if (by === preferred || (preferred !== undefined && !stickiness.changesOnFailure)) return undefined;
  return { name: "set-cookie", value: setCookie(stickiness, pool.cookieOf(by)) };
}
