import type { Cidr } from "#net/cidr.ts";

/** What is done with a request that a route has matched, in this order; the first that answers ends it. */
export interface RouteFilters {
  /** 403 to everybody else. */
  readonly sources?: SourceFilter;
  readonly rateLimit?: RateLimit;
  readonly httpsRedirect?: HttpsRedirect;
  readonly cors?: Cors;
  readonly basicAuth?: BasicAuth;
  readonly externalAuth?: ExternalAuth;
  /** Bytes; a longer body is answered with 413. Absent: no limit. */
  readonly maxBodyBytes?: number;
  readonly rewrite?: Rewrite;
  readonly requestHeaders?: HeaderChanges;
  readonly responseHeaders?: HeaderChanges;
  readonly errorPages?: ErrorPages;
}

/** A client in `deny`, or in no block of a non-empty `allow`, is refused. */
export interface SourceFilter {
  readonly allow: readonly Cidr[];
  readonly deny: readonly Cidr[];
}

/** By client address, for this route alone. */
export interface RateLimit {
  readonly perSecond?: number;
  readonly perMinute?: number;
  /** So many times the rate may come at once. */
  readonly burstFactor: number;
  readonly connections?: number;
  readonly exempt: readonly Cidr[];
  /** The answer to what is too much. */
  readonly status: number;
}

/** To requests that came without TLS. */
export interface HttpsRedirect {
  readonly status: RedirectStatus;
}
export type RedirectStatus = 301 | 302 | 303 | 307 | 308;

/** Source: the Fetch standard, CORS protocol. */
export interface Cors {
  /** `*`, full origins, or `https://*.example.com`. */
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly credentials: boolean;
  readonly maxAgeSeconds: number;
}

export interface BasicAuth {
  readonly realm: string;
  /** Name to hash, as htpasswd writes it: $apr1$, $1$, $2y$, $5$, $6$, {SHA}. Undefined: they could not be read, and nobody comes in (503). */
  readonly users: ReadonlyMap<string, string> | undefined;
}

/** A request to somebody who says whether this one may pass: 2xx lets it, 401 and 403 are passed on, anything else is 500. */
export interface ExternalAuth {
  readonly url: RequestText;
  /** Absent: GET. */
  readonly method?: string;
  /** Where a browser is sent instead of a 401. */
  readonly signIn?: RequestText;
  /** Headers of its answer that the backend gets; names in lower case. */
  readonly responseHeaders: readonly string[];
  /** Its answers are kept for requests of the same key; the first entry that names the status says how long. */
  readonly cache?: {
    readonly key: RequestText;
    readonly seconds: readonly { readonly statuses: readonly number[] | "any"; readonly seconds: number }[];
  };
}

/** Text that differs from request to request: its parts, one after the other. */
export type RequestText = readonly RequestPart[];
export type RequestPart =
  | { readonly kind: "text"; readonly value: string }
  /** What the client has asked for: `host` without its port, `authority` with it, `path` in its normal form, `query` without question mark. */
  | { readonly kind: "scheme" | "host" | "authority" | "path" | "query" | "method" | "clientAddress" }
  /** Path and query as the client has sent them; `escapedUri` percent-encoded once more, to stand in a query. */
  | { readonly kind: "uri" | "escapedUri" }
  /** Header names in lower case. Empty where the request has none. */
  | { readonly kind: "header" | "cookie" | "queryParameter"; readonly name: string };

/** `pattern`: what the route's own path pattern has captured fills `$1` to `$9`. */
export interface Rewrite {
  /** Absent: the path stays. */
  readonly path?:
    | { readonly kind: "whole" | "prefix"; readonly value: string }
    | { readonly kind: "pattern"; readonly value: string };
  /** The Host that the backend sees. */
  readonly host?: string;
}

/** Names in lower case. Removed first, then set, then added. */
export interface HeaderChanges {
  readonly remove: readonly string[];
  readonly set: readonly Header[];
  readonly add: readonly Header[];
}
export interface Header {
  readonly name: string;
  readonly value: string;
}

/** Answers of the backend with one of these codes are replaced by what another backend says to them, asked with X-Code and the like. */
export interface ErrorPages {
  readonly codes: readonly number[];
  readonly backend: string;
}
