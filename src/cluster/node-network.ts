import { createHash } from "node:crypto";
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

/**
 * Gives the node its own addresses, on a link that leads nowhere: a bridge without ports, since not every kernel has dummy
 * links. Harmless where an earlier run has left it.
 */
export async function makeNodeLink(link: string, addresses: readonly Ip[], ledger: Ledger): Promise<void> {
  ledger.note({ is: "link", name: link });
  await removeLink(link);
  await ipBatch([
    `link add ${link} type bridge`,
    ...addresses.map((ip) => `addr add ${ip.text}/${ip.family === "IPv4" ? 32 : 128} dev ${link}`),
    `link set ${link} up`,
  ]);
}

/** Nothing happens where there is no such link. */
export async function removeLink(name: string): Promise<void> {
  try {
    await run(["ip", "link", "delete", name]);
  } catch (fault) {
    if (!(fault instanceof CommandFailed) || !/Cannot find device/.test(fault.stderr)) throw fault;
  }
}
