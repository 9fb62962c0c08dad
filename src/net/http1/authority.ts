/** A host as a request names it. */
export interface Authority {
  /** Lower case, without port; an IPv6 address in brackets. */
  readonly host: string;
  readonly port: number | undefined;
}

// Names and addresses as the DNS and RFC 3986 have them; nothing that is written with a percent sign, no user before an @.
const pattern = /^(\[[0-9a-fA-F:.]{2,45}\]|[0-9A-Za-z_.-]{1,253})(?::(\d{0,5}))?$/;

/** Reads `example.com:8080`; undefined for anything that is no host. */
export function parseAuthority(text: string): Authority | undefined {
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const [, host = "", digits = ""] = found;
  const port = digits === "" ? undefined : Number(digits);
  return port !== undefined && (port < 1 || port > 65535) ? undefined : { host: host.toLowerCase(), port };
}

export const sameAuthority = (a: Authority, b: Authority, usualPort: number): boolean =>
  a.host === b.host && (a.port ?? usualPort) === (b.port ?? usualPort);

/** A host as it stands in an authority or a URL: an IPv6 address in brackets. RFC 3986 section 3.2.2. */
export const showHost = (host: string): string => (host.includes(":") ? `[${host}]` : host);
