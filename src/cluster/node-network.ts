import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Cidr } from "#net/cidr.ts";
import { addressBits, type Ip } from "#net/ip.ts";
import { ipBatch } from "#os/ip.ts";
import { CommandFailed, run } from "#os/spawn.ts";
import type { Ledger } from "./ledger.ts";

/** Names that tell clusters on one machine apart; the default one has the plain names. */
export interface Names {
  /** A link that carries the addresses at which the node itself answers for the cluster. */
  readonly link: string;
  readonly table: string;
  /** Leads to nodes that are no neighbours. */
  readonly tunnel: string;
  /** The private LAN of several nodes: a bridge, and a table that lets them out. */
  readonly bridge: string;
  readonly lanTable: string;
  /** A node that is a network namespace, by its name: the namespace, and our end of its cable. */
  readonly netns: (nodeName: string) => string;
  readonly cable: (number: number) => string;
}

const defaultDataDir = "/var/lib/portolan";

/** A node's folder below its cluster's, where one machine runs several; each has a network namespace of its own. */
export const nodeFolder = (dataDir: string, nodeName: string): string => join(dataDir, "nodes", nodeName);

export function namesOf(folder: string): Names {
  const dataDir = folder.replace(/\/nodes\/[^/]+$/, "");
  const isDefault = dataDir === defaultDataDir;
  const mark = isDefault ? "" : createHash("sha256").update(dataDir).digest("hex").slice(0, 8);
  return {
    link: isDefault ? "ptl-node" : `ptln${mark}`,
    table: isDefault ? "portolan" : `portolan_${mark}`,
    tunnel: isDefault ? "ptl-vxlan" : `ptlx${mark}`,
    bridge: isDefault ? "ptl-lan" : `ptlb${mark}`,
    lanTable: isDefault ? "portolan_lan" : `portolan_lan_${mark}`,
    netns: (nodeName) => (isDefault ? `portolan-${nodeName}` : `portolan-${mark}-${nodeName}`),
    cable: (number) => (isDefault ? `ptl-cable-${number}` : `ptl${mark}-${number}`),
  };
}

export interface NodeLink {
  readonly name: string;
  readonly addresses: readonly Ip[];
  /**
   * Blocks whose packets lead to this link and so nowhere, where nobody has their address: they must not leave by the default route,
   * and a machine without one must find them at all, since a packet is translated only once it has a route.
   */
  readonly blocks: readonly Cidr[];
  /** From where the node itself speaks to them; one a family. */
  readonly sources: readonly Ip[];
}

/**
 * Gives the node its own addresses, on a link that leads nowhere: a bridge without ports, since not every kernel has dummy
 * links. Harmless where an earlier run has left it. Its routes also show other clusters which blocks are taken.
 */
export async function makeNodeLink(link: NodeLink, ledger: Ledger): Promise<void> {
  const { name, addresses, blocks, sources } = link;
  const routes = blocks.flatMap((block) => {
    const source = sources.find(({ family }) => family === block.family);
    return source === undefined ? [] : [`route replace ${block.text} dev ${name} src ${source.text}`];
  });
  ledger.note({ is: "link", name });
  await removeLink(name);
  await ipBatch([
    `link add ${name} type bridge`,
    ...addresses.map((ip) => `addr add ${ip.text}/${addressBits(ip.family)} dev ${name} ${scopeOf(ip, sources)}`),
    `link set ${name} up`,
    ...routes,
  ]);
}

/**
 * Masquerading takes a global address of the machine, which must never be the DNS server's. In IPv6 the scope follows from the
 * address; but one that is no longer preferred is only taken where there is no other (RFC 6724 section 5, rule 3).
 */
function scopeOf(ip: Ip, sources: readonly Ip[]): string {
  const isSource = sources.some(({ text }) => text === ip.text);
  if (ip.family === "IPv4") return `scope ${isSource ? "global" : "link"}`;
  return isSource ? "nodad" : "nodad preferred_lft 0";
}

/** Nothing happens where there is no such link. */
export async function removeLink(name: string): Promise<void> {
  try {
    await run(["ip", "link", "delete", name]);
  } catch (fault) {
    if (!(fault instanceof CommandFailed) || !/Cannot find device/.test(fault.stderr)) throw fault;
  }
}
