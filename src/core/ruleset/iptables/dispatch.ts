import type { Chain, Match, Rule, TableName } from "./rule.ts";
import { jump, rule } from "./rule.ts";

/** Rules that are looked through for a packet's number: an address, or a port. */
export interface Row {
  readonly number: bigint;
  /** Orders rows of one number. */
  readonly order: string;
  readonly rule: Rule;
}

export interface DispatchOptions {
  readonly table: TableName;
  /** The chain that everything begins with. */
  readonly name: string;
  /** How long numbers are, in bits; a multiple of four. */
  readonly bits: number;
  /** Where packets go that stand in no row: back, or with `goto` nowhere but to the tail. */
  readonly link: "jump" | "goto";
  readonly block: (first: bigint, prefixLength: number) => Block;
}

/** Numbers that begin alike. */
export interface Block {
  /** The chain for them; at most 28 letters. */
  readonly chain: string;
  readonly when: readonly Match[];
}

/** Beyond so many numbers a chain is cut into one for each block, and put together again where there are fewer. */
const [most, fewest] = [64, 48];
const step = 4;

/**
 * A list of rules, one of which is for a packet. A short list is one chain, as kube-proxy writes it; a long one is a tree: the first
 * chain has a rule for each block of addresses, sixteen at most, so that a packet passes a few dozen rules instead of thousands, and a
 * change writes a chain of a few dozen rules.
 */
export class Dispatch {
  readonly #options: DispatchOptions;
  readonly #rows = new Map<string, Row>();
  readonly #cut = new Set<string>();
  readonly #links = new Map<string, Rule>();
  #sorted: readonly Row[] | undefined;

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  set(key: string, row: Row): void {
    this.#sorted = undefined;
    this.#rows.set(key, row);
  }

  /** Whether there was such a row. */
  delete(key: string): boolean {
    this.#sorted = undefined;
    return this.#rows.delete(key);
  }

  has(key: string): boolean {
    return this.#rows.has(key);
  }

  get size(): number {
    return this.#rows.size;
  }

  /** The chains, the first one first. `flat`: in one chain however many there are. `tail` ends the first one, `each` every one. */
  chains({ flat, tail, each }: { flat: boolean; tail: readonly Rule[]; each: readonly Rule[] }): readonly Chain[] {
    this.#sorted ??= [...this.#rows.values()].toSorted(byNumber);
    const chains: Chain[] = [];
    const { table, name } = this.#options;
    const cut = (rows: readonly Row[], chain: string, end: readonly Rule[]): void => {
      const parts = flat || !this.#isCut(chain, countNumbers(rows)) ? [] : this.#parts(rows);
      if (parts.length === 0)
        return void chains.push({ table, name: chain, rules: [...rows.map((row) => row.rule), ...end] });
      const inner: (() => void)[] = [];
      const rules = parts.flatMap((part) => {
        if (countNumbers(part) === 1) return part.map((row) => row.rule);
        const block = this.#blockOf(part);
        inner.push(() => cut(part, block.chain, each));
        return [this.#link(block)];
      });
      chains.push({ table, name: chain, rules: [...rules, ...end] });
      for (const next of inner) next();
    };
    cut(this.#sorted, name, tail);
    return chains;
  }

  #isCut(chain: string, count: number): boolean {
    const cut = count > (this.#cut.has(chain) ? fewest : most);
    if (cut) this.#cut.add(chain);
    else this.#cut.delete(chain);
    return cut;
  }

  /** By the four bits that come after those that all of them begin with. */
  #parts(rows: readonly Row[]): readonly (readonly Row[])[] {
    const shift = BigInt(this.#options.bits - this.#sharedBits(rows) - step);
    return [...Map.groupBy(rows, ({ number }) => number >> shift).values()];
  }

  #blockOf(rows: readonly Row[]): Block {
    const prefixLength = this.#sharedBits(rows);
    const shift = BigInt(this.#options.bits - prefixLength);
    return this.#options.block(((rows[0]?.number ?? 0n) >> shift) << shift, prefixLength);
  }

  #sharedBits(rows: readonly Row[]): number {
    const [first, last] = [rows[0]?.number ?? 0n, rows.at(-1)?.number ?? 0n];
    let bits = this.#options.bits;
    while (first >> BigInt(this.#options.bits - bits) !== last >> BigInt(this.#options.bits - bits)) bits -= step;
    return bits;
  }

  // The same rule each time, so that whoever compares sees at once that nothing changed.
  #link({ chain, when }: Block): Rule {
    const known = this.#links.get(chain);
    if (known !== undefined) return known;
    const target = this.#options.link === "jump" ? jump(chain) : ({ do: "goto", chain } as const);
    const made = rule(undefined, when, target);
    this.#links.set(chain, made);
    return made;
  }
}

/** Of rows in order. */
function countNumbers(rows: readonly Row[]): number {
  let count = 0;
  for (const [i, { number }] of rows.entries()) if (number !== rows[i - 1]?.number) count += 1;
  return count;
}

function byNumber(a: Row, b: Row): number {
  if (a.number !== b.number) return a.number < b.number ? -1 : 1;
  return a.order < b.order ? -1 : 1;
}
