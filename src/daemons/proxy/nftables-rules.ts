import { type Listing, parseListing } from "#core/ruleset/listing.ts";
import { printRemoval } from "#core/ruleset/nftables.ts";
import { NodeTable, type TableOptions } from "#core/ruleset/node-table.ts";
import { listTable, type Nft, openNft, RulesetRefused } from "#os/nft.ts";
import { openGeneration, type RulesetGeneration } from "#os/nft-generation.ts";
import type { KernelRules } from "./kernel-rules.ts";

/** Rules in a table of our own, one transaction a change. `told` hears why a difference could not be carried out, or was found. */
export async function nftablesRules(
  options: TableOptions,
  told: (fault: RulesetRefused | RulesAltered) => void,
): Promise<KernelRules> {
  const nft = await openNft();
  const generation = await openGeneration();
  const table = new NodeTable(options);
  const kept = new KeptTable({ nft, generation, table, name: options.table, told });
  let begun = false;
  return {
    async change({ entries, addresses }) {
      const found = begun ? undefined : await kept.begin();
      if (found !== undefined) table.adopt(found);
      begun = true;
      const moves = addresses === undefined ? [] : [table.moveTo(addresses)];
      const deltas = [...moves, table.change(entries)];
      await kept.follow(deltas.map((delta) => table.print(delta)).join(""));
    },
    // It costs one question to the kernel.
    probeSeconds: 1,
    remove: () => nft.apply(printRemoval(options.table)),
    close() {
      generation?.close();
      nft.close();
    },
  };
}

/** Somebody else has changed rules of ours. They are as they should be again. */
class RulesAltered extends Error {
  readonly code = "RulesAltered";
  readonly where: string;
  readonly fix = "find out who flushes or edits rules that are not theirs, such as a script with `nft flush ruleset`";

  constructor(table: string) {
    super(`somebody else has changed the table ${table}; it has been mended`);
    this.where = `table inet ${table}`;
  }
}

interface Kept {
  readonly nft: Nft;
  readonly generation: RulesetGeneration | undefined;
  readonly table: NodeTable;
  readonly name: string;
  readonly told: (fault: RulesetRefused | RulesAltered) => void;
}

/** The table at a moment. */
interface Seen {
  readonly beganMs: number;
  /** The kernel's count before it was read. */
  readonly count: number | undefined;
  readonly found: Listing | undefined;
}

/** The table is read no sooner than this after the last time, and than so many times as long as that took. */
const pause = { leastMs: 1000, times: 20 };

/**
 * The kernel's table, kept as ours is. What changes is written as a difference. The table is read only where somebody else has changed
 * rules since our last transaction, of whatever table; then what is wrong in ours is mended, and the rest left as it is.
 */
class KeptTable {
  readonly #kept: Kept;
  /** Whether the kernel's table is ours as far as we know. */
  #alike = false;
  /** The kernel's count when all was as it should be; undefined: somebody may have changed something since. */
  #quietSince: number | undefined;
  #nextLookMs = 0;
  #seen: Seen | undefined;

  constructor(kept: Kept) {
    this.#kept = kept;
  }

  async follow(difference: string): Promise<void> {
    if (!this.#alike) return this.#mend();
    const before = this.#count();
    if (before !== this.#quietSince) this.#quietSince = undefined;
    if (difference !== "") await this.#write(difference);
    this.#settle(before, difference !== "");
    if (this.#quietSince === undefined && performance.now() >= this.#nextLookMs) await this.#mend();
  }

  /** What an earlier run left; undefined where there is no table. The next call makes of it what should be. */
  async begin(): Promise<Listing | undefined> {
    this.#seen = await this.#look();
    return this.#seen.found;
  }

  async #look(): Promise<Seen> {
    const [beganMs, count] = [performance.now(), this.#count()];
    const text = await listTable(this.#kept.name);
    return { beganMs, count, found: text === undefined ? undefined : parseListing(text) };
  }

  async #mend(): Promise<void> {
    const { table, name, told } = this.#kept;
    const { beganMs, count, found } = this.#seen ?? (await this.#look());
    this.#seen = undefined;
    const { text, rewritten } = found === undefined ? { text: table.printAll(), rewritten: [] } : table.repair(found);
    if (text !== "") {
      if (this.#alike) told(new RulesAltered(name));
      await this.#write(text);
    }
    const now = rewritten.length === 0 ? undefined : (await this.#look()).found;
    if (now !== undefined) table.learn(rewritten, now);
    this.#alike = true;
    this.#quietSince = count;
    this.#settle(count, text !== "");
    const endedMs = performance.now();
    this.#nextLookMs = endedMs + Math.max(pause.leastMs, pause.times * (endedMs - beganMs));
  }

  /** A transaction of ours counts one; anything more was somebody else's. */
  #settle(before: number | undefined, hasWritten: boolean): void {
    if (this.#quietSince === undefined || before === undefined) return;
    const now = this.#count();
    this.#quietSince = now === before + (hasWritten ? 1 : 0) ? now : undefined;
  }

  #count(): number | undefined {
    return this.#kept.generation?.read();
  }

  // What is refused has not happened, and won't be asked for again: then the whole is written.
  async #write(text: string): Promise<void> {
    const { nft, table, told } = this.#kept;
    try {
      await nft.apply(text);
    } catch (fault) {
      this.#alike = false;
      if (!(fault instanceof RulesetRefused)) throw fault;
      told(fault);
      await nft.apply(table.printAll());
      this.#alike = true;
    }
  }
}
