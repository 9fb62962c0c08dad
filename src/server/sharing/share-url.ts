import { contains } from "#net/cidr.ts";
import { showHost } from "#net/http1/authority.ts";
import { parseIp } from "#net/ip.ts";
import { loopback } from "#net/special-blocks.ts";
import type { Place } from "../objects.ts";

/** Where links are served. */
export interface SharingOptions {
  /** An IP address of this machine. */
  readonly address: string;
  readonly port: number;
}

/** Whether visitors come from this machine alone: what they send is seen by nobody, and names below `localhost` lead here. RFC 6761 section 6.3. */
export function isLocal({ address }: SharingOptions): boolean {
  const ip = parseIp(address);
  return ip !== undefined && loopback.some((block) => contains(block, ip));
}

/** A name of its own keeps what a link's application stores in a browser from every other. */
export function shareUrl(sharing: SharingOptions, { namespace, name }: Place): string {
  const { address, port } = sharing;
  if (isLocal(sharing)) return `http://${name}.${namespace}.localhost:${port}/`;
  return `https://${showHost(address)}:${port}/`;
}
