import type { NodeTable } from "#core/ruleset/node-table.ts";
import type { Delta } from "#core/ruleset/shadow.ts";
import { type Nft, RulesetRefused } from "#os/nft.ts";

/** Keeps the kernel's table as ours is. */
export interface KernelTable {
  /** Carries out what is different; where the kernel's table turns out to be another, replaces the whole. */
  readonly apply: (deltas: readonly Delta[]) => Promise<void>;
}

/** `refused` hears why a difference could not be carried out. */
export function kernelTable(table: NodeTable, nft: Nft, refused: (fault: RulesetRefused) => void): KernelTable {
  let alike = false;
  const replace = async () => {
    alike = false;
    await nft.apply(table.printAll());
    alike = true;
  };
  return {
    async apply(deltas) {
      if (!alike) return replace();
      const text = deltas.map((delta) => table.print(delta)).join("");
      try {
        // Where nothing is to be done it is seen whether the table is still there: others flush what isn't theirs.
        await nft.apply(text === "" ? table.printProbe() : text);
      } catch (fault) {
        alike = false; // the difference won't be asked for again: the next time must replace the whole
        if (!(fault instanceof RulesetRefused)) throw fault;
        refused(fault);
        await replace();
      }
    },
  };
}
