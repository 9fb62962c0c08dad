import { contains, mustCidr } from "#net/cidr.ts";
import { parseIp } from "#net/ip.ts";
import { cloudMetadata, linkLocal, loopback, thisNetwork } from "#net/special-blocks.ts";
import type { ExternalAuth, RequestText } from "../route-filters.ts";
import type { Annotation, Grammar, Reading } from "./annotation.ts";
import { value, wrong } from "./annotation.ts";
import { cacheDurations, type KeptFor } from "./grammars/durations.ts";
import { headerName, parseAuthority } from "./grammars/names.ts";
import { readRequestText } from "./grammars/request-text.ts";
import { absolutePath, isOwnHost, isUrlText, piecesOf, readRequestUrl } from "./grammars/urls.ts";
import { list, oneOf } from "./grammars/words.ts";
import type { AnnotationReader } from "./reader.ts";

const needs = "auth-url";

interface AuthUrl {
  readonly text: RequestText;
  readonly asksOwnHost: boolean;
}

/** What only this machine, or the cloud that it is in, answers at: an Ingress' author has no business there. */
const ownBlocks = [...thisNetwork, ...loopback, ...linkLocal, ...cloudMetadata, mustCidr("::ffff:0:0/96")];

/** Names of the same, and of the API server, which takes whoever reaches it from here for somebody inside. */
const ownNames = /(^|\.)localhost$|^metadata(\.google\.internal)?$|^kubernetes(\.default(\.svc(\..*)?)?)?$/;

function isOwnMachine(host: string): boolean {
  const ip = parseIp(host);
  return ip === undefined ? ownNames.test(host) : ownBlocks.some((block) => contains(block, ip));
}

const urlGrammar: Grammar<AuthUrl> = {
  shape: "a URL of http or https; $host and other values of the request are filled in",
  read: (text) => {
    const reading = readRequestUrl(text);
    if (reading.kind === "wrong") return reading;
    const pieces = piecesOf(text);
    const authority = pieces.kind === "value" ? pieces.value.authority : "";
    if (isOwnMachine(parseAuthority(authority)?.host ?? ""))
      return wrong(
        "leads to the machine itself, its neighbours or the API server; write the name of a Service: http://auth.NAMESPACE.svc.cluster.local/",
      );
    return value({ text: reading.value, asksOwnHost: isOwnHost(authority) });
  },
};

const signInGrammar: Grammar<string> = {
  shape: "a URL of http or https, or a path; $host and other values of the request are filled in",
  read: (text) => {
    const reading = text.startsWith("/") ? readPath(text) : readRequestUrl(text);
    return reading.kind === "wrong" ? reading : value(text);
  },
};

function readPath(text: string): Reading<RequestText> {
  const path = absolutePath.read(text.replaceAll("$", ""));
  return path.kind === "wrong" ? path : readRequestText(text);
}

const keyGrammar: Grammar<RequestText> = {
  shape: "text with values of the request in it: $http_authorization",
  read: (text) =>
    // The user stands in that header, and both together are the key that ingress-nginx' own example has.
    isUrlText(text)
      ? readRequestText(text.replaceAll(/\$(remote_user|\{remote_user\})/g, "$$http_authorization"))
      : wrong("has a space, or a character that is not ASCII"),
};

const param: Grammar<string> = {
  shape: "a parameter's name of letters, digits, - and _",
  read: (text) => (/^[A-Za-z0-9_-]{1,64}$/.test(text) ? value(text) : wrong("is no parameter's name")),
};

const url: Annotation<AuthUrl> = {
  names: ["auth-url"],
  grammar: urlGrammar,
  fallback: "none",
  guards: true,
  doc: "Who is asked whether a request may pass: 2xx lets it, 401 and 403 are passed on. $host stands for a host only where the Ingress' rules all name theirs. Variables: $scheme, $host, $http_host, $request_uri, $escaped_request_uri, $uri, $args, $request_method, $remote_addr, $http_NAME, $cookie_NAME, $arg_NAME.",
};
const method: Annotation<string> = {
  names: ["auth-method"],
  grammar: oneOf("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
  fallback: "GET",
  guards: true,
  needs,
  doc: "The method of that question.",
};
const signIn: Annotation<string> = {
  names: ["auth-signin"],
  grammar: signInGrammar,
  fallback: "none",
  needs,
  doc: "Where a client is sent (302) instead of a 401. Variables as for auth-url.",
};
const redirectParam: Annotation<string> = {
  names: ["auth-signin-redirect-param"],
  grammar: param,
  fallback: "rd",
  needs: "auth-signin",
  doc: "The parameter of auth-signin that gets the URL which was asked for, where auth-signin doesn't have it already.",
};
const responseHeaders: Annotation<readonly string[]> = {
  names: ["auth-response-headers"],
  grammar: list("header", headerName),
  fallback: "none",
  guards: true,
  needs,
  doc: "Headers of the answer that the backend gets, in place of what the client says.",
};
const cacheKey: Annotation<RequestText> = {
  names: ["auth-cache-key"],
  grammar: keyGrammar,
  fallback: "none",
  needs,
  doc: "Answers are kept for requests with the same key. Variables as for auth-url.",
};
const cacheDuration: Annotation<readonly KeptFor[]> = {
  names: ["auth-cache-duration"],
  grammar: cacheDurations,
  fallback: "200 202 401 5m",
  needs: "auth-cache-key",
  doc: "How long, by status.",
};

export const externalAuthAnnotations = [url, method, signIn, redirectParam, responseHeaders, cacheKey, cacheDuration];

const defaultKept: readonly KeptFor[] = [{ statuses: [200, 202, 401], seconds: 300 }];

export function readExternalAuth(reader: AnnotationReader): ExternalAuth | undefined {
  const asked = reader.read(url);
  if (asked === undefined) return undefined;
  if (asked.asksOwnHost && reader.hosts.includes("*"))
    reader.close(
      url,
      "the host that is asked would be whatever a client says, since a rule has no host; write the host out",
    );
  const by = reader.read(method);
  const browser = readSignIn(reader);
  const key = reader.read(cacheKey);
  const seconds = key === undefined ? undefined : (reader.read(cacheDuration) ?? defaultKept);
  const keeps = key !== undefined && seconds !== undefined && !reader.isRefused(cacheDuration);
  return {
    url: asked.text,
    ...(by === undefined ? {} : { method: by }),
    ...(browser === undefined ? {} : { signIn: browser }),
    responseHeaders: reader.read(responseHeaders) ?? [],
    ...(keeps ? { cache: { key, seconds } } : {}),
  };
}

/** The URL that was asked for goes with it, as ingress-nginx adds it. */
function readSignIn(reader: AnnotationReader): RequestText | undefined {
  const text = reader.read(signIn);
  if (text === undefined) return undefined;
  const name = reader.read(redirectParam) ?? "rd";
  const [path = "", ...query] = text.split("?");
  const has = query
    .join("?")
    .split("&")
    .some((pair) => pair.split("=")[0] === name);
  const mark = query.length === 0 ? "?" : "&";
  const own = has ? "" : `${mark}${name}=$pass_access_scheme://$http_host$escaped_request_uri`;
  const reading = readRequestText(`${path}${text.slice(path.length)}${own}`);
  return reading.kind === "wrong" ? undefined : reading.value;
}
