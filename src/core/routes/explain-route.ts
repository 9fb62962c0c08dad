import type { RouteMisfit } from "../reasons.ts";
import { hostsFor, type RouteRequest } from "./match.ts";
import { firstMisfit, fitsBesidePath, fitsMethod, fitsPath } from "./request-match.ts";
import type { HostPattern, Route, RouteId, RouteSet } from "./route-table.ts";

/** Which route serves a request, and why the others that its host has don't. */
export interface RouteExplanation {
  /** Undefined: 404. */
  readonly route: Route | undefined;
  /** Hosts of the set that the name fits, the narrowest first. */
  readonly hosts: readonly HostPattern[];
  /** In the order in which they are tried; those that an older one hides last. */
  readonly others: readonly PassedOver[];
}

export interface PassedOver {
  readonly route: Route;
  readonly because: RouteMisfit;
  /** The route that comes first, of `RoutePrecedes` and `RouteHidden`. */
  readonly by?: RouteId;
  /** The name of what differs, of headers, query parameters and cookies. */
  readonly name?: string;
}

/** Looks at the same routes as `findRoute`, in the same order, one after the other. */
export function explainRoute(set: RouteSet, request: RouteRequest): RouteExplanation {
  const hosts = hostsFor(set, request.host);
  const routes = hosts.flatMap((host) => host.routes);
  const route = routes.find((one) => fitsPath(one.match.path, request.path) && fitsBesidePath(one, request));
  const passed = routes.filter((one) => one !== route).map((one) => whyNot(one, request, route));
  const hidden = hosts.flatMap(({ shadowed }) =>
    shadowed.map(({ route: one, by }) => ({ route: one, because: "RouteHidden" as const, by })),
  );
  return { route, hosts: hosts.map(({ host }) => host), others: [...passed, ...hidden] };
}

function whyNot(route: Route, request: RouteRequest, server: Route | undefined): PassedOver {
  const { match } = route;
  if (!fitsPath(match.path, request.path)) return { route, because: howPathDiffers(route, request.path) };
  if (!fitsMethod(match, request)) return { route, because: "MethodDiffers" };
  const misfit = firstMisfit(match, request);
  if (misfit === undefined)
    return { route, because: "RoutePrecedes", ...(server === undefined ? {} : { by: server.id }) };
  const { name } = misfit;
  if (match.headers.includes(misfit)) return { route, because: "HeaderDiffers", name };
  return { route, because: match.query.includes(misfit) ? "QueryDiffers" : "CookieDiffers", name };
}

function howPathDiffers({ match: { path } }: Route, asked: string): PassedOver["because"] {
  const otherEnd = asked.endsWith("/") ? asked.slice(0, -1) : `${asked}/`;
  if (path.kind === "exact" && path.value === otherEnd) return "TrailingSlashDiffers";
  if (path.kind !== "pattern" && fitsPath({ ...path, value: path.value.toLowerCase() }, asked.toLowerCase())) {
    return "CaseDiffers";
  }
  return "PathDiffers";
}
