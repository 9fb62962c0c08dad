import { printRemoval } from "#core/ruleset/nftables.ts";
import { NodeTable, type TableOptions } from "#core/ruleset/node-table.ts";
import { type Nft, openNft, RulesetRefused } from "#os/nft.ts";
import type { KernelRules } from "./kernel-rules.ts";

/** Rules in a table of our own, one transaction a change. `refused` hears why a difference could not be carried out. */
export async function nftablesRules(
  options: TableOptions,
  refused: (fault: RulesetRefused) => void,
): Promise<KernelRules> {
  const nft = await openNft();
  const table = new NodeTable(options);
  const keep = keepAlike(table, nft, refused);
  return {
    async change({ entries, addresses }) {
      const moves = addresses === undefined ? [] : [table.moveTo(addresses)];
      const deltas = [...moves, table.change(entries)];
      await keep(() => deltas.map((delta) => table.print(delta)).join(""));
    },
    remove: () => nft.apply(printRemoval(options.table)),
    close: nft.close,
  };
}

/** Carries out what is different; where the kernel's table turns out to be another, replaces the whole. */
function keepAlike(table: NodeTable, nft: Nft, refused: (fault: RulesetRefused) => void) {
  let alike = false;
  const replace = async () => {
    alike = false;
    await nft.apply(table.printAll());
    alike = true;
  };
  return async (difference: () => string): Promise<void> => {
    if (!alike) return replace();
    try {
      // Where nothing is to be done it is seen whether the table is still there: others flush what isn't theirs.
      await nft.apply(difference() || table.printProbe());
    } catch (fault) {
      alike = false; // the difference won't be asked for again: the next time must replace the whole
      if (!(fault instanceof RulesetRefused)) throw fault;
      refused(fault);
      await replace();
    }
  };
}
