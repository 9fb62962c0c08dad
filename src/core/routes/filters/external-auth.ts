import type { ExternalAuth, Header, HeaderChanges } from "../route-filters.ts";
import type { Answer } from "./answer.ts";
import { noChanges } from "./header-changes.ts";
import { isPassable } from "./hop-by-hop.ts";

/** What is asked of the service that says whether a request may pass. It has no body. */
export interface AuthRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly Header[];
  readonly auth: ExternalAuth;
  readonly about: AuthSubject;
}

/** The request that it is about. */
export interface AuthSubject {
  readonly method: string;
  readonly scheme: "http" | "https";
  /** As the client says it, with its port: where a browser is to come back to. */
  readonly authority: string;
  /** Path and query, as routes see them. */
  readonly target: string;
}

/**
 * The sub-request, as ingress-nginx sends it: the client's own headers (among them those of forwarding), and what it is about. What a
 * client says of that itself is dropped.
 */
export function authRequest(auth: ExternalAuth, about: AuthSubject, headers: readonly Header[]): AuthRequest {
  const own = new Set(["host", "content-length", "content-type", ...ownHeaders(about).map(({ name }) => name)]);
  const passed = headers.filter(({ name }) => isPassable(name) && !own.has(name.toLowerCase()));
  return {
    method: auth.method ?? "GET",
    url: filled(auth.url, about),
    headers: [...passed, ...ownHeaders(about)],
    auth,
    about,
  };
}

const ownHeaders = ({ method, scheme, authority, target }: AuthSubject): readonly Header[] => [
  { name: "x-original-url", value: `${scheme}://${authority}${target}` },
  { name: "x-original-method", value: method },
  { name: "x-auth-request-redirect", value: target },
  { name: "x-sent-from", value: "nginx-ingress-controller" },
];

/** What the service has answered; undefined where it couldn't be reached, or was silent for too long. */
export type AuthAnswer = { readonly status: number; readonly headers: readonly Header[] } | undefined;

export type AuthVerdict =
  /** Cookies that the service sets are the client's. */
  | { readonly kind: "pass"; readonly requestHeaders: HeaderChanges; readonly responseHeaders: HeaderChanges }
  | ({ readonly kind: "answer" } & Answer);

/** What an answer means for the request. Error pages never replace the refusal, so that nobody gets 200 for it. */
export function judged({ auth, about }: AuthRequest, answer: AuthAnswer): AuthVerdict {
  if (answer === undefined) return { kind: "answer", status: 500, headers: [], because: "AuthFails" };
  const { status, headers } = answer;
  const cookies = of(headers, "set-cookie");
  if (status >= 200 && status < 300)
    return {
      kind: "pass",
      requestHeaders: copied(auth.responseHeaders, headers),
      responseHeaders: { ...noChanges, add: cookies },
    };
  if (status === 401 && auth.signIn !== undefined) {
    const location = { name: "location", value: signInUrl(auth.signIn, about) };
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
function signInUrl(url: string, about: AuthSubject): string {
  const filledIn = filled(url, about);
  if (/[?&]rd=/.test(filledIn)) return filledIn;
  const back = encodeURIComponent(`${about.scheme}://${about.authority}${about.target}`);
  return `${filledIn}${filledIn.includes("?") ? "&" : "?"}rd=${back}`;
}

/** Those variables of nginx that stand in such URLs. Others are none: an Ingress with one is told so. */
export const urlVariables = ["host", "http_host", "scheme", "request_uri", "escaped_request_uri"] as const;
export type UrlVariable = (typeof urlVariables)[number];

function filled(url: string, { scheme, authority, target }: AuthSubject): string {
  const values: Readonly<Record<UrlVariable, string>> = {
    host: authority.replace(/:\d*$/, ""),
    http_host: authority,
    scheme,
    request_uri: target,
    escaped_request_uri: encodeURIComponent(target),
  };
  return urlVariables
    .toSorted((a, b) => b.length - a.length)
    .reduce((text, name) => text.replaceAll(`$${name}`, () => values[name]), url);
}
