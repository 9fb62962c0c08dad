import { type Cidr, contains } from "#net/cidr.ts";
import type { Ip } from "#net/ip.ts";
import type { SourceFilter } from "../route-filters.ts";
import type { Answer } from "./answer.ts";

export const notAllowed: Answer = { status: 403, headers: [], because: "ClientNotAllowed" };

/** Whether a client may come in: in no block of `deny`, and in one of `allow` where there are any. */
export function mayComeIn({ allow, deny }: SourceFilter, client: Ip): boolean {
  return !isIn(deny, client) && (allow.length === 0 || isIn(allow, client));
}

/** An IPv4 address that came over an IPv6 socket (RFC 4291 section 2.5.5.2) must be handed in as IPv4. */
export const isIn = (blocks: readonly Cidr[], ip: Ip): boolean => blocks.some((block) => contains(block, ip));
