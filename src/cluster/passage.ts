import { existsSync, readFileSync } from "node:fs";
import { CommandFailed, run } from "#os/spawn.ts";
import { type Passage, passagesThrough, readFirewall } from "./foreign-firewall.ts";
import type { Ledger } from "./ledger.ts";
import { tolerate } from "./undo.ts";

/** Lets the pods' packets pass firewalls of others. Returns what to tell where nobody but their owners can do that. */
export async function openPassage(block: string, ledger: Ledger): Promise<readonly string[]> {
  const { stdout } = await run(["nft", "-j", "list", "chains"]);
  const told: string[] = [];
  for (const passage of passagesThrough(readFirewall(JSON.parse(stdout)), block)) {
    told.push(...(passage.kind === "tell" ? [passage.sentence] : await addRules(passage, ledger)));
  }
  return hasLegacyRules() ? [...told, legacySentence(block)] : told;
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
const hasLegacyRules = (): boolean => {
  const names = "/proc/net/ip_tables_names";
  return existsSync(names) && readFileSync(names, "utf8").split("\n").includes("filter");
};
const legacySentence = (block: string): string =>
  `this machine has rules of iptables-legacy, which may drop forwarded packets; if pods don't reach each other: iptables-legacy -I FORWARD -s ${block} -j ACCEPT && iptables-legacy -I FORWARD -d ${block} -j ACCEPT`;
