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
