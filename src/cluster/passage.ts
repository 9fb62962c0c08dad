import { existsSync, readFileSync } from "node:fs";
import type { Cidr } from "#net/cidr.ts";
import { CommandFailed, run, tolerate } from "#os/spawn.ts";
import { type Passage, passagesThrough, readFirewall } from "./foreign-firewall.ts";
import type { Ledger } from "./ledger.ts";

/**
 * Lets the packets of pods and nodes, whose blocks these are, pass firewalls of others. Returns what to tell where nobody but
 * their owners can do that.
 */
export async function openPassage(blocks: readonly Cidr[], ledger: Ledger): Promise<readonly string[]> {
  const { stdout } = await run(["nft", "-j", "list", "chains"]);
  const answer: unknown = JSON.parse(stdout);
  const told: string[] = [];
  for (const block of blocks) {
    for (const passage of passagesThrough(readFirewall(answer, block.family), block)) {
      told.push(...(passage.kind === "tell" ? [passage.sentence] : await addRules(passage, ledger)));
    }
    if (hasLegacyRules(block)) told.push(legacySentence(block));
  }
  return told;
}

async function addRules(
  { owner, rules }: Extract<Passage, { kind: "rules" }>,
  ledger: Ledger,
): Promise<readonly string[]> {
  try {
    for (const { add, undo } of rules) {
      ledger.note({ is: "foreignRule", undo });
      await tolerate(undo); // an earlier run that was killed may have left it
      await run(add);
    }
    return [];
  } catch (fault) {
    if (!(fault instanceof CommandFailed)) throw fault;
    const commands = rules.map(({ add }) => add.join(" ")).join(" && ");
    return [
      `${owner} drops packets of pods, and letting them pass failed: ${fault.message}; do it by hand: ${commands}`,
    ];
  }
}

/** Rules of the old iptables stand outside of nftables; the kernel tells only whether there are any. */
const hasLegacyRules = ({ family }: Cidr): boolean => {
  const names = family === "IPv4" ? "/proc/net/ip_tables_names" : "/proc/net/ip6_tables_names";
  return existsSync(names) && readFileSync(names, "utf8").split("\n").includes("filter");
};
function legacySentence({ family, text }: Cidr): string {
  const program = family === "IPv4" ? "iptables-legacy" : "ip6tables-legacy";
  const commands = ["-s", "-d"].map((side) => `${program} -I FORWARD ${side} ${text} -j ACCEPT`).join(" && ");
  return `this machine has rules of ${program}, which may drop forwarded packets; if pods don't reach each other: ${commands}`;
}
