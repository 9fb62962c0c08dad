import type { Socket } from "node:net";
import type { Listener } from "#core/routes/route-table.ts";
import { contains } from "#net/cidr.ts";
import { type Ip, parseIp } from "#net/ip.ts";

/** Who is on the other end of a client's connection. */
export interface Peer {
  readonly listener: Listener;
  /** The address that the connection comes from, or that the PROXY header names; undefined where neither has one. */
  readonly address: Ip | undefined;
  readonly port: number;
  /** What it says of clients before it is believed. */
  readonly trusted: boolean;
  /** The name that was asked for in TLS. */
  readonly serverName: string | undefined;
}

/** Reads what a socket says; an IPv4 address in IPv6's clothes (`::ffff:10.0.0.1`) is the IPv4 address. */
function socketIp(text: string | undefined): Ip | undefined {
  if (text === undefined) return undefined;
  return parseIp(text.startsWith("::ffff:") && text.includes(".") ? text.slice(7) : text);
}

export const isTrusted = ({ trusted }: Listener, address: Ip | undefined): boolean =>
  address !== undefined && trusted.some((block) => contains(block, address));

/** As the socket itself has it. */
export function plainPeer(socket: Socket, listener: Listener): Peer {
  const address = socketIp(socket.remoteAddress);
  return {
    listener,
    address,
    port: socket.remotePort ?? 0,
    trusted: isTrusted(listener, address),
    serverName: undefined,
  };
}
