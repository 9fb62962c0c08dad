import type { CookieStickiness } from "../route-table.ts";

/** The Cookie header without one of its cookies; undefined where nothing is left. */
export function withoutCookie(header: string, name: string): string | undefined {
  const kept = header.split(";").filter((pair) => pair.split("=")[0]?.trim() !== name);
  const text = kept.map((pair) => pair.trim()).join("; ");
  return text === "" ? undefined : text;
}

/** The Set-Cookie that keeps a client at its endpoint. Source: RFC 6265 section 4.1; SameSite of its draft successor. */
export function setCookie(stickiness: CookieStickiness, value: string): string {
  const { name, path, domain, maxAgeSeconds, sameSite, secure } = stickiness;
  return [
    `${name}=${value}`,
    `Path=${path}`,
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${maxAgeSeconds}`]),
    "HttpOnly",
    // Browsers take SameSite=None by no other cookie.
    ...(secure || sameSite === "None" ? ["Secure"] : []),
    ...(sameSite === undefined ? [] : [`SameSite=${sameSite}`]),
  ].join("; ");
}
