import type { RequestText } from "../../route-filters.ts";
import { type Grammar, type Reading, value, wrong } from "../annotation.ts";
import { parseAuthority } from "./names.ts";
import { readRequestText, variableIn } from "./request-text.ts";

/** Printable ASCII without a space: what can stand in a request's first line, or in Location, as it is. */
export const isUrlText = (text: string): boolean => /^[\x21-\x7e]*$/.test(text);

const urlParts = /^(https?|\$scheme|\$pass_access_scheme):\/\/([^/?#\\]*)((?:[/?#].*)?)$/i;
const notUrlText = "has a space, or a character that is not ASCII; percent-encode it";

/** `/` and what follows. `//host` and `/\host` are other places to a browser, and none here. */
export const absolutePath: Grammar<string> = {
  shape: "a path that starts with one /",
  read: (text) => {
    if (!isUrlText(text)) return wrong(notUrlText);
    if (!/^\/(?![/\\])/.test(text)) return wrong("is no path that starts with one /");
    const variable = variableIn(text);
    return variable === undefined ? value(text) : wrong(`has ${variable} in it, and nothing is filled in here`);
  },
};

export interface UrlPieces {
  readonly scheme: string;
  /** As it is written: a host and perhaps a port, or a variable. */
  readonly authority: string;
  /** Path, query and fragment. */
  readonly rest: string;
}

/** The pieces of `http://…` or `https://…`. Whether the authority is one is not looked at. */
export function piecesOf(text: string): Reading<UrlPieces> {
  if (!isUrlText(text)) return wrong(notUrlText);
  const [, scheme = "", authority = "", rest = ""] = urlParts.exec(text) ?? [];
  return scheme === ""
    ? wrong("is no URL of http or https; write one like https://example.com/path")
    : value({ scheme: scheme.toLowerCase(), authority, rest });
}

export const badAuthority =
  "has no host that can be followed: a name or an address, without user, and a port from 1 to 65535";

/** What stands for the host that the client has asked for: `$host`, `${http_host}`. */
export const isOwnHost = (authority: string): boolean =>
  /^\$(?:(?:best_http_|http_)?host|\{(?:best_http_|http_)?host\})(?::\d{1,5})?$/.test(authority);

/** A URL of http or https whose host is written out, or the request's own, with values of the request in it. */
export function readRequestUrl(text: string): Reading<RequestText> {
  const pieces = piecesOf(text);
  if (pieces.kind === "wrong") return pieces;
  const { authority } = pieces.value;
  return isOwnHost(authority) || parseAuthority(authority) !== undefined ? readRequestText(text) : wrong(badAuthority);
}

/** RFC 6265 section 4.1.1: what ends an attribute can't be in it. */
export const cookiePath: Grammar<string> = {
  shape: "a path that starts with /",
  read: (text) => {
    if (text.includes(";")) return wrong("has a semicolon, which ends a cookie's Path");
    return absolutePath.read(text);
  },
};
