import type { OutgoingHttpHeaders } from "node:http2";
import { type Authority, parseAuthority, sameAuthority } from "#net/http1/authority.ts";
import type { Field } from "#net/http1/fields.ts";
import type { Framing } from "#net/http1/framing.ts";
import type { ClientRequest } from "./sides.ts";

/** Names and values in turn, as node:http2 gives them. */
function pairsOf(raw: readonly string[]): readonly (readonly [name: string, value: string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at] ?? "", raw[at + 1] ?? ""]);
  return pairs;
}

/** What a stream asks for (RFC 9113 section 8.3.1), or why it can't be passed on. The order and form of its fields nghttp2 has seen to. */
export function requestFrom(raw: readonly string[], hasNoBody: boolean): ClientRequest | string {
  const pairs = pairsOf(raw);
  const pseudo = (wanted: string): string | undefined => pairs.find(([name]) => name === wanted)?.[1];
  const [method, target] = [pseudo(":method"), pseudo(":path")];
  if (method === undefined || target === undefined || method === "CONNECT") return "BadMethod";
  const fields = fieldsFrom(pairs);
  const authority = authorityFrom(pseudo(":authority"), fields, pseudo(":scheme") === "http" ? 80 : 443);
  if (typeof authority === "string") return authority;
  const lengths = fields.filter(({ name }) => name === "content-length");
  const [length] = lengths;
  if (lengths.length > 1 || (length !== undefined && !/^\d{1,15}$/.test(length.value))) return "BadContentLength";
  return {
    method,
    target,
    fields: fields.filter(({ name }) => name !== "expect"),
    authority,
    body: framingOf(length?.value, hasNoBody),
    connection: [],
    upgrade: undefined,
    expectsContinue: fields.some(({ name, value }) => name === "expect" && value.toLowerCase() === "100-continue"),
  };
}

function framingOf(length: string | undefined, hasNoBody: boolean): Framing {
  if (hasNoBody) return { kind: "none" };
  return length === undefined ? { kind: "chunked" } : { kind: "length", bytes: Number(length) };
}

function authorityFrom(pseudo: string | undefined, fields: readonly Field[], usualPort: number): Authority | string {
  const hosts = fields.filter(({ name }) => name === "host").map(({ value }) => value);
  if (hosts.length > 1) return "HostRepeated";
  const text = pseudo ?? hosts[0];
  if (text === undefined) return "HostMissing";
  const authority = parseAuthority(text);
  const other = hosts[0] === undefined ? authority : parseAuthority(hosts[0]);
  if (authority === undefined || other === undefined) return "BadHost";
  return sameAuthority(authority, other, usualPort) ? authority : "HostDiffersFromTarget";
}

/** Cookies come in crumbs, and HTTP/1 knows one field of them (RFC 9113 section 8.2.3). */
function fieldsFrom(pairs: readonly (readonly [name: string, value: string])[]): readonly Field[] {
  const crumbs = pairs.filter(([name]) => name === "cookie").map(([, value]) => value);
  const fields = pairs
    .filter(([name]) => !name.startsWith(":") && name !== "cookie")
    .map(([name, value]) => ({ name, shown: name, value }));
  return crumbs.length === 0 ? fields : [...fields, { name: "cookie", shown: "cookie", value: crumbs.join("; ") }];
}

/** Trailers of a stream. */
export const trailersFrom = (raw: readonly string[]): readonly Field[] =>
  pairsOf(raw)
    .filter(([name]) => !name.startsWith(":"))
    .map(([name, value]) => ({ name, shown: name, value }));

/**
 * Fields as node:http2 takes them: those that come more than once as one (RFC 9110 section 5.3), but for cookies that are set. What only
 * HTTP/1 connections say of HTTP/2 has no place there, and would be thrown back.
 */
export function headerObject(fields: readonly Field[]): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = {};
  const cookies: string[] = [];
  for (const { name, value } of fields) {
    const known = headers[name];
    if (name === "set-cookie") cookies.push(value);
    else if (name !== "http2-settings") headers[name] = typeof known === "string" ? `${known}, ${value}` : value;
  }
  return cookies.length === 0 ? headers : { ...headers, "set-cookie": cookies };
}
