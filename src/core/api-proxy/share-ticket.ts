import type { Share } from "#api/portolan/share.ts";
import { readTime } from "#machinery/time.ts";

/** What lets somebody in by a link. */
export interface ShareTicket {
  readonly namespace: string;
  readonly name: string;
  readonly secret: string;
}

/** The parameter of a link's query, and the cookie, that carry a ticket. */
export const ticketName = "portolan-share";

/** `NAMESPACE.NAME.SECRET`; neither name has a dot. */
export const showTicket = ({ namespace, name, secret }: ShareTicket): string => `${namespace}.${name}.${secret}`;

export function readTicket(text: string): ShareTicket | undefined {
  const [, namespace, name, secret] = /^([a-z0-9-]{1,63})\.([a-z0-9-]{1,63})\.([\w-]{32,64})$/.exec(text) ?? [];
  return namespace === undefined || name === undefined || secret === undefined
    ? undefined
    : { namespace, name, secret };
}

/** A request as far as a link is concerned. */
export interface Visit {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** The header `Cookie`, as it came. */
  readonly cookie: string;
  /** The header `Accept`. */
  readonly accept: string;
}

export type Entrance =
  /** Goes on to the Service, as `url` and with those cookies, which no longer hold the ticket; `mark`: the visitor is given the cookie. */
  | {
      readonly kind: "open";
      readonly share: Share;
      readonly url: string;
      readonly cookie: string;
      readonly mark: string | undefined;
    }
  /** A browser: gets the cookie, and asks again at an address that can be shown to others. */
  | { readonly kind: "marked"; readonly url: string; readonly mark: string }
  | { readonly kind: "closed"; readonly because: "no ticket" | "not valid" };

/** What links are judged by. */
export interface Gate {
  readonly shareOf: (ticket: ShareTicket) => Share | undefined;
  /** In hexadecimal. */
  readonly sha256: (text: string) => string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Whether a visitor is let in, and how the request goes on. A ticket in the address counts before one in a cookie: a new link replaces an old one. */
export function entranceOf(visit: Visit, gate: Gate): Entrance {
  const { ticket: inUrl, url } = withoutTicket(visit.url);
  const { ticket: inCookie, cookie } = withoutTicketCookie(visit.cookie);
  const shown = inUrl ?? inCookie;
  if (shown === undefined) return { kind: "closed", because: "no ticket" };
  const share = validShare(shown, gate);
  if (share === undefined) return { kind: "closed", because: "not valid" };
  if (inUrl === undefined) return { kind: "open", share, url, cookie, mark: undefined };
  const seconds = Math.ceil((readTime(share.spec.expires) - gate.now) / 1000);
  const mark = `${ticketName}=${inUrl}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax`;
  const isPage = (visit.method === "GET" || visit.method === "HEAD") && visit.accept.includes("text/html");
  return isPage ? { kind: "marked", url, mark } : { kind: "open", share, url, cookie, mark };
}

/** Whether it still is what it was when somebody was let in by it. */
export const isOpen = ({ metadata, spec }: Share, now: number): boolean =>
  metadata.deletionTimestamp === undefined && readTime(spec.expires) > now;

// What is compared is a digest of what the visitor sent: how far it fits tells nothing of the secret.
function validShare(text: string, { shareOf, sha256, now }: Gate): Share | undefined {
  const ticket = readTicket(text);
  const share = ticket && shareOf(ticket);
  if (ticket === undefined || share === undefined || !isOpen(share, now)) return undefined;
  return sha256(ticket.secret) === share.spec.tokenHash ? share : undefined;
}

/** The rest of the query stays to the letter: it is the application's. */
function withoutTicket(url: string): { readonly ticket: string | undefined; readonly url: string } {
  const at = url.indexOf("?");
  if (at < 0) return { ticket: undefined, url };
  const parts = url.slice(at + 1).split("&");
  const own = parts.find((part) => part.startsWith(`${ticketName}=`));
  const rest = parts.filter((part) => !part.startsWith(`${ticketName}=`)).join("&");
  return {
    ticket: own?.slice(ticketName.length + 1),
    url: rest === "" ? url.slice(0, at) : `${url.slice(0, at)}?${rest}`,
  };
}

function withoutTicketCookie(cookie: string): { readonly ticket: string | undefined; readonly cookie: string } {
  const parts = cookie.split(/; */).filter((part) => part !== "");
  const own = parts.find((part) => part.startsWith(`${ticketName}=`));
  const rest = parts.filter((part) => !part.startsWith(`${ticketName}=`));
  return { ticket: own?.slice(ticketName.length + 1), cookie: rest.join("; ") };
}
