import type { CookieStickiness } from "../route-table.ts";
import type { Annotation } from "./annotation.ts";
import { cookieName, hostName } from "./grammars/names.ts";
import { wholeNumber } from "./grammars/numbers.ts";
import { cookiePath } from "./grammars/urls.ts";
import { boolean, oneOf } from "./grammars/words.ts";
import type { AnnotationReader } from "./reader.ts";

const needs = 'affinity: "cookie"';

const affinity: Annotation<"cookie"> = {
  names: ["affinity"],
  grammar: oneOf("cookie"),
  fallback: "none",
  doc: "A client stays with the endpoint that it has met first, by a cookie.",
};
const mode: Annotation<"balanced" | "persistent"> = {
  names: ["affinity-mode"],
  grammar: oneOf("balanced", "persistent"),
  fallback: "persistent",
  needs,
  doc: "A client stays as long as its endpoint does (persistent); balanced, which moves some when endpoints come, is told of and not followed.",
};
const name: Annotation<string> = {
  names: ["session-cookie-name"],
  grammar: cookieName,
  fallback: "INGRESSCOOKIE",
  needs,
  doc: "The name of the cookie.",
};
const path: Annotation<string> = {
  names: ["session-cookie-path"],
  grammar: cookiePath,
  fallback: "/",
  needs,
  doc: "The cookie's Path.",
};
const domain: Annotation<string> = {
  names: ["session-cookie-domain"],
  grammar: hostName,
  fallback: "none",
  needs,
  doc: "The cookie's Domain.",
};
/** Ten years. */
const longest = 315_360_000;
const lifetime = wholeNumber("seconds", 1, longest);
const maxAge: Annotation<number> = {
  names: ["session-cookie-max-age"],
  grammar: lifetime,
  fallback: "none",
  needs,
  doc: "The cookie's Max-Age; without it the cookie ends with the browser's session.",
};
const expires: Annotation<number> = {
  names: ["session-cookie-expires"],
  grammar: lifetime,
  fallback: "none",
  needs,
  doc: "The same as session-cookie-max-age, for browsers that no longer exist; that wins.",
};
const sameSite: Annotation<"None" | "Lax" | "Strict"> = {
  names: ["session-cookie-samesite"],
  grammar: oneOf("None", "Lax", "Strict"),
  fallback: "none",
  needs,
  doc: "The cookie's SameSite. Browsers take None only together with Secure, which it adds.",
};
const secure: Annotation<boolean> = {
  names: ["session-cookie-secure"],
  grammar: boolean,
  fallback: "false",
  needs,
  doc: "The cookie's Secure: browsers send it over TLS alone.",
};
const changeOnFailure: Annotation<boolean> = {
  names: ["session-cookie-change-on-failure"],
  grammar: boolean,
  fallback: "false",
  needs,
  doc: "A client whose endpoint fails gets a new cookie; otherwise it comes back to it later.",
};

export const affinityAnnotations = [
  affinity,
  mode,
  name,
  path,
  domain,
  maxAge,
  expires,
  sameSite,
  secure,
  changeOnFailure,
];

const cookieFallback = { name: "INGRESSCOOKIE", path: "/" };

/** undefined: clients stay with nobody. */
export function readStickiness(reader: AnnotationReader): CookieStickiness | undefined {
  if (reader.read(affinity) === undefined) return undefined;
  if (reader.read(mode) === "balanced") {
    const message = "clients stay with their endpoint as long as it is there, as with persistent";
    reader.find(mode, { weight: "noted", because: "AnnotationServedOtherwise", message });
  }
  const site = reader.read(sameSite);
  const ends = reader.read(expires);
  const maxAgeSeconds = reader.read(maxAge) ?? ends;
  const ofDomain = reader.read(domain);
  return {
    name: reader.read(name) ?? cookieFallback.name,
    path: reader.read(path) ?? cookieFallback.path,
    ...(ofDomain === undefined ? {} : { domain: ofDomain }),
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    ...(site === undefined ? {} : { sameSite: site }),
    secure: (reader.read(secure) ?? false) || site === "None",
    changesOnFailure: reader.read(changeOnFailure) ?? false,
  };
}
