import type { ExternalAuth, Header, HeaderChanges } from "../route-filters.ts";
import type { Answer } from "./answer.ts";
import type { FilterRequest } from "./filter-request.ts";
import { noChanges } from "./header-changes.ts";
import { isPassable } from "./hop-by-hop.ts";
import { filled } from "./request-text.ts";
import { asUri } from "./uri.ts";

/** What is asked of the service that says whether a request may pass. It has no body. */
export interface AuthRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly Header[];
  /** Where a browser is sent instead of a 401. */
  readonly signIn: string | undefined;
  /** Headers of the answer that the backend gets. */
  readonly responseHeaders: readonly string[];
  /** Answers to requests with the same key are the same for a while; undefined where none is kept. */
  readonly cacheKey: string | undefined;
}

/**
 * The sub-request, as ingress-nginx sends it: the client's own headers (among them those of forwarding), and what it is about, with the
 * path as the backend would get it. What a client says of that itself is dropped.
 */
export function authRequest(auth: ExternalAuth, request: FilterRequest): AuthRequest {
  const about = aboutOf(request);
  const own = new Set(["host", "content-length", "content-type", ...about.map(({ name }) => name)]);
  const passed = request.headers().filter(({ name }) => isPassable(name) && !own.has(name.toLowerCase()));
  return {
    method: auth.method ?? "GET",
    url: asUri(filled(auth.url, request)),
    headers: [...passed, ...about],
    signIn: auth.signIn && signInUrl(filled(auth.signIn, request), request),
    responseHeaders: auth.responseHeaders,
    cacheKey: auth.cache && filled(auth.cache.key, request),
  };
}

const aboutOf = (request: FilterRequest): readonly Header[] => [
  { name: "x-original-url", value: `${request.scheme}://${request.authority}${targetOf(request)}` },
  { name: "x-original-method", value: request.method },
  { name: "x-auth-request-redirect", value: targetOf(request) },
  { name: "x-sent-from", value: "nginx-ingress-controller" },
];

const targetOf = ({ path, query }: FilterRequest): string => (query === "" ? path : `${path}?${query}`);

/** For how many seconds an answer of this status stands for the next ones of its key; 0: not at all. */
export const keptSeconds = ({ cache }: ExternalAuth, status: number): number =>
  cache?.seconds.find(({ statuses }) => statuses === "any" || statuses.includes(status))?.seconds ?? 0;

/** What the service has answered; undefined where it couldn't be reached, or was silent for too long. */
export type AuthAnswer = { readonly status: number; readonly headers: readonly Header[] } | undefined;

export type AuthVerdict =
  /** Cookies that the service sets are the client's. */
  | { readonly kind: "pass"; readonly requestHeaders: HeaderChanges; readonly responseHeaders: HeaderChanges }
  | ({ readonly kind: "answer" } & Answer);

/** What an answer means for the request. Error pages never replace the refusal, so that nobody gets 200 for it. */
export function judged({ signIn, responseHeaders }: AuthRequest, answer: AuthAnswer): AuthVerdict {
  if (answer === undefined) return { kind: "answer", status: 500, headers: [], because: "AuthFails" };
  const { status, headers } = answer;
  const cookies = of(headers, "set-cookie");
  if (status >= 200 && status < 300)
    return {
      kind: "pass",
      requestHeaders: copied(responseHeaders, headers),
      responseHeaders: { ...noChanges, add: cookies },
    };
  if (status === 401 && signIn !== undefined) {
    const location = { name: "location", value: signIn };
    return { kind: "answer", status: 302, headers: [location, ...cookies], because: "AuthDenies" };
  }
  if (status === 401 || status === 403)
    return {
      kind: "answer",
      status,
      headers: [...of(headers, "www-authenticate"), ...cookies],
      because: "AuthDenies",
    };
  return { kind: "answer", status: 500, headers: [], because: "AuthFails" };
}

/** A header that the service doesn't send goes too: else a client could send it itself. */
function copied(names: readonly string[], headers: readonly Header[]): HeaderChanges {
  const wanted = names.map((name) => name.toLowerCase());
  return { remove: wanted, set: [], add: wanted.flatMap((name) => of(headers, name)) };
}

const of = (headers: readonly Header[], name: string): readonly Header[] =>
  headers.filter((one) => one.name.toLowerCase() === name).map(({ value }) => ({ name, value }));

/** Where a browser signs in, told by `rd` where it is to come back to, unless the URL says that itself. */
function signInUrl(url: string, request: FilterRequest): string {
  if (/[?&]rd=/.test(url)) return asUri(url);
  const back = encodeURIComponent(`${request.scheme}://${request.authority}${targetOf(request)}`);
  return asUri(`${url}${url.includes("?") ? "&" : "?"}rd=${back}`);
}
