import { existsSync, readFileSync } from "node:fs";
import { run } from "#os/spawn.ts";
import { passageThrough, readFirewall } from "./foreign-firewall.ts";
import type { Ledger } from "./ledger.ts";

/**
 * Lets the pods' packets pass a firewall of somebody else's. Returns the sentence to show where nobody but its owner can do
 * that. Throws `CommandFailed` where the firewall's own tool refuses.
 */
export async function openPassage(block: string, ledger: Ledger): Promise<string | undefined> {
  const { stdout } = await run(["nft", "-j", "list", "chains"]);
  const passage = passageThrough(readFirewall(JSON.parse(stdout)), block);
  switch (passage.kind) {
    case "free":
      return legacyDrops() ? legacySentence(block) : undefined;
    case "tell":
      return passage.sentence;
    case "rules":
      for (const { add, undo } of passage.rules) {
        ledger.note({ is: "foreignRule", undo });
        await run(add);
      }
      return undefined;
  }
}

/** Rules of the old iptables stand outside of nftables; the kernel tells only whether there are any. */
const legacyDrops = (): boolean => {
  const names = "/proc/net/ip_tables_names";
  return existsSync(names) && readFileSync(names, "utf8").split("\n").includes("filter");
};
const legacySentence = (block: string): string =>
  `this machine has rules of iptables-legacy, which may drop forwarded packets; if pods don't reach each other: iptables-legacy -I FORWARD -s ${block} -j ACCEPT && iptables-legacy -I FORWARD -d ${block} -j ACCEPT`;
