import type { Cidr } from "#net/cidr.ts";
import { type Ip, ipOf, parseIp } from "#net/ip.ts";
import type { Header, HeaderChanges } from "../route-filters.ts";
import { isIn } from "./sources.ts";

/** How a request came in. */
export interface Arrival {
  /** Who holds the connection, or whom a PROXY header names. */
  readonly peer: Ip;
  /** Peers that are believed. */
  readonly trusted: readonly Cidr[];
  readonly scheme: "http" | "https";
  /** The Host header as it came. */
  readonly authority: string;
  /** The listener's. */
  readonly port: number;
  /** Of the request's own, where it has none that may stay. */
  readonly requestId: string;
}

/** What a backend is told of the client, in place of what the request says itself. */
const told: ReadonlySet<string> = new Set([
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
  "x-forwarded-scheme",
  "x-scheme",
  "x-real-ip",
  "x-request-id",
]);
/** What else proxies say of whom a request is from and what it was for; only a trusted peer may. */
const saidByProxies =
  /^(?:x-(?:forwarded|original|rewrite-url|real-ip|scheme|client-ip|cluster-client-ip)|true-client-ip$|forwarded$)/;

/**
 * The client that a request is from: the peer; of a trusted one the last in X-Forwarded-For that isn't trusted itself, or the first
 * where all are. What is no address there ends the search.
 */
export function clientOf({ peer, trusted }: Pick<Arrival, "peer" | "trusted">, forwardedFor: string | undefined): Ip {
  let client = plain(peer);
  if (!isIn(trusted, client)) return client;
  for (const text of (forwardedFor ?? "").split(",").toReversed()) {
    const ip = parseIp(text.trim().replace(/^\[(.*)\]$/, "$1"));
    if (ip === undefined) return client;
    client = plain(ip);
    if (!isIn(trusted, client)) return client;
  }
  return client;
}

/** IPv4 that came over an IPv6 socket, as IPv4 (RFC 4291 section 2.5.5.2). */
export const plain = (ip: Ip): Ip =>
  ip.family === "IPv6" && ip.number >> 32n === 0xffffn ? ipOf("IPv4", ip.number & 0xffff_ffffn) : ip;

/**
 * What is changed of a request's headers before a backend sees them: X-Forwarded-*, X-Real-IP and X-Request-ID are the proxy's own words,
 * and a client's go unless it is trusted. Names as ingress-nginx sends them.
 */
export function forwardedHeaders(arrival: Arrival, incoming: readonly Header[]): HeaderChanges {
  const isTrusted = isIn(arrival.trusted, plain(arrival.peer));
  return {
    remove: incoming.map(({ name }) => name.toLowerCase()).filter((name) => isReplaced(name, isTrusted)),
    set: valuesOf(arrival, isTrusted ? incoming : [], incoming),
    add: [],
  };
}

/** The headers themselves after those changes; names of `incoming` are in lower case. For whoever does it with every request. */
export function withForwarding(arrival: Arrival, incoming: readonly Header[]): Header[] {
  const isTrusted = isIn(arrival.trusted, plain(arrival.peer));
  const kept = incoming.filter(({ name }) => !isReplaced(name, isTrusted));
  kept.push(...valuesOf(arrival, isTrusted ? incoming : [], incoming));
  return kept;
}

/**
 * Many programs take `x_forwarded_for` for the name with dashes (CGI), and nobody writes it but to deceive: such twins go from trusted
 * peers too.
 */
function isReplaced(name: string, isTrusted: boolean): boolean {
  const isTwin = name.includes("_");
  const dashed = isTwin ? name.replaceAll("_", "-") : name;
  if (told.has(dashed)) return true;
  return (isTwin || !isTrusted) && saidByProxies.test(dashed);
}

/** `believed` are the headers of a trusted peer, or none. */
function valuesOf(arrival: Arrival, believed: readonly Header[], incoming: readonly Header[]): readonly Header[] {
  const { peer, scheme, authority, port } = arrival;
  const said = (name: string): string | undefined => {
    if (believed.length === 0) return undefined;
    const values = believed.filter((one) => one.name.toLowerCase() === name).map(({ value }) => value);
    return values.length === 0 ? undefined : values.join(", ");
  };
  const forwardedFor = said("x-forwarded-for");
  const proto = said("x-forwarded-proto") ?? scheme;
  const peerText = plain(peer).text;
  return [
    { name: "x-forwarded-for", value: forwardedFor === undefined ? peerText : `${forwardedFor}, ${peerText}` },
    { name: "x-forwarded-host", value: said("x-forwarded-host") ?? authority },
    { name: "x-forwarded-port", value: said("x-forwarded-port") ?? `${port}` },
    { name: "x-forwarded-proto", value: proto },
    { name: "x-forwarded-scheme", value: proto },
    { name: "x-scheme", value: proto },
    { name: "x-real-ip", value: clientOf(arrival, forwardedFor).text },
    { name: "x-request-id", value: requestIdOf(incoming) ?? arrival.requestId },
  ];
}

/** One that came along and looks like one stays, from whomever: it joins the logs of several programs and decides nothing. */
export function requestIdOf(incoming: readonly Header[]): string | undefined {
  const ids = incoming.filter(({ name }) => name.toLowerCase() === "x-request-id");
  const id = ids[0]?.value;
  return ids.length === 1 && id !== undefined && /^[\w.:-]{1,128}$/.test(id) ? id : undefined;
}
