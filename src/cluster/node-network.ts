import { createHash } from "node:crypto";
import type { Cidr } from "#net/cidr.ts";
import type { Ip } from "#net/ip.ts";
import { ipBatch } from "#os/ip.ts";
import { CommandFailed, run } from "#os/spawn.ts";
import type { Ledger } from "./ledger.ts";

/** Names that tell clusters on one machine apart; the default one has the plain names. */
export interface Names {
  /** A link that carries the addresses at which the node itself answers for the cluster. */
  readonly link: string;
  readonly table: string;
}

export const defaultDataDir = "/var/lib/portolan";

export function namesOf(dataDir: string): Names {
  if (dataDir === defaultDataDir) return { link: "ptl-node", table: "portolan" };
  const mark = createHash("sha256").update(dataDir).digest("hex").slice(0, 8);
  return { link: `ptln${mark}`, table: `portolan_${mark}` };
}

export interface NodeLink {
  readonly name: string;
  readonly addresses: readonly Ip[];
  /**
   * Blocks whose packets lead to this link and so nowhere, where nobody has their address: they must not leave by the default route,
   * and a machine without one must find them at all, since a packet is translated only once it has a route.
   */
  readonly services: Cidr;
  readonly pods: Cidr;
  /** From where the node itself speaks to them. */
  readonly source: Ip;
}

/**
 * Gives the node its own addresses, on a link that leads nowhere: a bridge without ports, since not every kernel has dummy
 * links. Harmless where an earlier run has left it. Its routes also show other clusters which blocks are taken.
 */
export async function makeNodeLink(link: NodeLink, ledger: Ledger): Promise<void> {
  const { name, addresses, services, pods, source } = link;
  ledger.note({ is: "link", name });
  await removeLink(name);
  await ipBatch([
    `link add ${name} type bridge`,
    ...addresses.map(
      (ip) => `addr add ${ip.text}/${ip.family === "IPv4" ? 32 : 128} dev ${name} ${scopeOf(ip, source)}`,
    ),
    `link set ${name} up`,
    ...[services, pods].map(({ text }) => `route replace ${text} dev ${name} src ${source.text}`),
  ]);
}

/** Masquerading takes the first global address of the machine, which must never be the DNS server's. */
const scopeOf = (ip: Ip, source: Ip): string => (ip.text === source.text ? "scope global" : "scope link");

/** Nothing happens where there is no such link. */
export async function removeLink(name: string): Promise<void> {
  try {
    await run(["ip", "link", "delete", name]);
  } catch (fault) {
    if (!(fault instanceof CommandFailed) || !/Cannot find device/.test(fault.stderr)) throw fault;
  }
}
