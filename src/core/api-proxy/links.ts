import { type Authority, parseAuthority, sameAuthority } from "#net/http1/authority.ts";

/** Where a page was got, which is what its links are relative to. */
export interface Page {
  /** Path under which the client reaches the root of the target: `/api/v1/namespaces/a/services/b/proxy`. */
  readonly prefix: string;
  /** The names of the target: its own address, and what the client calls the server. With their ports. */
  readonly hosts: readonly string[];
  readonly scheme: "http" | "https";
}

// RFC 3986 section 3, as far as it matters here: [scheme:] [//authority] the rest.
const parts = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?(.*)$/s;

/**
 * A link of a page as it must be written for the client: where it is a path from the root, or names the target itself, its path begins
 * with the prefix. undefined: it stays as it is. Source: Transport.rewriteURL in k8s.io/apimachinery; the path itself is left alone.
 */
export function proxiedLink(link: string, { prefix, hosts, scheme }: Page): string | undefined {
  const [, named, authority, rest = ""] = parts.exec(link) ?? [];
  if (authority === undefined) return named === undefined && rest.startsWith("/") ? under(prefix, rest) : undefined;
  const spoken = (named ?? scheme).toLowerCase();
  if (spoken !== "http" && spoken !== "https") return undefined;
  const host = parseAuthority(authority);
  if (host === undefined || !hosts.some((one) => isSame(host, one, spoken))) return undefined;
  const path = rest.startsWith("/") ? rest : `/${rest}`;
  return under(prefix, path) ?? path;
}

function isSame(host: Authority, known: string, scheme: "http" | "https"): boolean {
  const other = parseAuthority(known);
  return other !== undefined && sameAuthority(host, other, scheme === "https" ? 443 : 80);
}

/** undefined where it is there already. */
function under(prefix: string, path: string): string | undefined {
  const isThere = path === prefix || ["/", "?", "#"].some((next) => path.startsWith(`${prefix}${next}`));
  return isThere || prefix === "" ? undefined : `${prefix}${path}`;
}
