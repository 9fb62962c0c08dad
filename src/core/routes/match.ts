import type { Route, RouteSet } from "./route-table.ts";

/** A request as routes look at it: the host in lower case without port, the path in its normal form (`request-target.ts`). */
export interface RouteRequest {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  /** By name in lower case; undefined where the request has none. */
  readonly header: (name: string) => string | undefined;
}

/** The route that serves a request, by the precedence that `HostRoutes` describes; undefined: 404. */
export type FindRoute = (set: RouteSet, request: RouteRequest) => Route | undefined;
