import { connectionFields, namedByConnection } from "#net/http1/connection-fields.ts";

/** Of an answer: names in lower case. */
export type Fields = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a proxy and its client tell each other. Source: httputil.ReverseProxy of Go. */
const ofProxies = ["proxy-authenticate", "proxy-authorization"];
const hopByHop: ReadonlySet<string> = new Set([...connectionFields, ...ofProxies]);

/** By which somebody has shown the API who they are, or can: none of the target's business. */
const credentials = /^(authorization|cookie|impersonate-.*|x-remote-.*)$/;
/** What the proxy itself says of where a request came from. */
const forwarding = new Set([
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-forwarded-proto",
  "x-forwarded-uri",
]);

/** What the target learns of the request's way. */
export interface Origin {
  /** The address of the client; undefined where it has none. */
  readonly peer: string | undefined;
  /** As the client calls this server. */
  readonly host: string;
  readonly scheme: "http" | "https";
  /** Of the path, as the client wrote it. */
  readonly path: string;
  /** `stripped`: neither asks nor is answered with what is this server's own, or could become so (cookies are of a host, and all targets share this one's). */
  readonly credentials: "stripped" | "passed";
}

type Received = Readonly<Record<string, string | undefined>>;

/**
 * What goes on of a request's fields. `X-Forwarded-For` is continued, the others of its kind are said anew.
 * Source: proxy.Transport in k8s.io/apimachinery, httputil.ReverseProxy of Go.
 */
export function passedFields(received: Received, origin: Origin): Record<string, string> {
  const listed = new Set(namedByConnection(received.connection));
  const isPassed = (name: string): boolean =>
    !name.startsWith(":") &&
    !hopByHop.has(name) &&
    !listed.has(name) &&
    !forwarding.has(name) &&
    name !== "expect" && // the client has been told to go on
    !(origin.credentials === "stripped" && credentials.test(name));
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(received)) if (value !== undefined && isPassed(name)) passed[name] = value;
  const way = [received["x-forwarded-for"], origin.peer].filter((one) => one !== undefined);
  if (way.length > 0) passed["x-forwarded-for"] = way.join(", ");
  return {
    ...passed,
    host: origin.host,
    "x-forwarded-host": origin.host,
    "x-forwarded-proto": origin.scheme,
    "x-forwarded-uri": origin.path,
  };
}

/**
 * In which codings a target may pack a page whose links must be read: those that the client takes and that mean one thing only.
 * Source: RFC 9110 section 12.5.3; `deflate` is said to be the format of zlib, and often isn't.
 */
export function codingsAsked({ "accept-encoding": accepted = "" }: Received): Readonly<Record<string, string>> {
  const taken = accepted.split(",").map((one) => one.trim().toLowerCase());
  const asked = taken.filter((one) => /^(gzip|br|zstd|identity)\s*(;|$)/.test(one));
  return { "accept-encoding": asked.length === 0 ? "identity" : asked.join(", ") };
}

/** Whom pages of other hosts may ask is the API server's to say. Source: corsRemovingTransport in k8s.io/apimachinery. */
const crossOrigin = /^access-control-allow-(credentials|headers|methods|origin)$/;

/** What comes back of an answer's fields. */
export function answeredFields(told: Fields, kept: Pick<Origin, "credentials">): Record<string, string | string[]> {
  const listed = new Set(namedByConnection([told.connection ?? []].flat().join(",")));
  const fields: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(told)) {
    if (value === undefined || hopByHop.has(name) || listed.has(name) || crossOrigin.test(name)) continue;
    if (name === "set-cookie" && kept.credentials === "stripped") continue;
    fields[name] = typeof value === "string" ? value : [...value];
  }
  return fields;
}
