import type { ErrorPages, HeaderChanges, RateLimit } from "../route-filters.ts";
import type { Answer } from "./answer.ts";
import type { Credentials } from "./credentials.ts";
import type { AuthRequest } from "./external-auth.ts";

/** What more than the request decides. In this order, and the first that refuses ends it. */
export type Ask =
  /** `admit` of `rate-limit.ts`, by state under this key. */
  | { readonly kind: "rateLimit"; readonly limit: RateLimit; readonly key: string }
  /** `verified` of `passwords/verify.ts`; no: `challenge`. */
  | BasicAuthAsk
  /** `judged` of `external-auth.ts`, by what is answered. */
  | { readonly kind: "externalAuth"; readonly request: AuthRequest };

export interface BasicAuthAsk {
  readonly kind: "basicAuth";
  readonly realm: string;
  readonly given: Credentials;
  /** Undefined: nobody has the name. */
  readonly hash: string | undefined;
  /** Somebody else's, so that no name is known by how fast it is refused. */
  readonly instead: string | undefined;
}

/** What becomes of a request, once `asks` have let it pass. */
export type Filtered = ToAsk & ((Answer & { readonly kind: "answer" }) | (Passage & { readonly kind: "pass" }));

interface ToAsk {
  readonly asks: readonly Ask[];
  /** To whatever the client is answered, by whom it may be. */
  readonly responseHeaders: HeaderChanges;
}

/** What the backend is sent. */
export interface Passage {
  readonly path: string;
  readonly query: string;
  readonly host: string;
  readonly requestHeaders: HeaderChanges;
  readonly maxBodyBytes: number | undefined;
  readonly errorPages: ErrorPages | undefined;
}
