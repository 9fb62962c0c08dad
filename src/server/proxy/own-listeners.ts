import { networkInterfaces } from "node:os";
import { type Ip, parseIp } from "#net/ip.ts";

interface ListenAddress {
  readonly address: string;
  readonly port: number;
}

/** Of this program, whatever server they belong to. */
const listeners = new Set<ListenAddress>();

/** Remembers where the API listens until what this gives is called. */
export function listensAt(listener: ListenAddress): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/**
 * Whether the API itself would answer there. A request that it sent to itself would come from an address that is trusted, and to its
 * own agent's certificate it would owe everything: NCC-E003660.
 */
export function isOwnListener(ip: Ip, port: number): boolean {
  for (const listener of listeners) {
    if (listener.port !== port) continue;
    const at = parseIp(listener.address);
    if (at?.text === ip.text) return true;
    if (at?.number === 0n && isOfThisMachine(ip)) return true;
  }
  return false;
}

const isOfThisMachine = (ip: Ip): boolean =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .some(({ address }) => parseIp(address)?.text === ip.text);
