// A block is split in two beyond this length: short enough to insert into at once, long enough that counting blocks is cheap.
const longestBlock = 512;

/**
 * Keys in the order of their code units. Blocks of sorted keys instead of one array, since inserting into one of 100,000 moves all that
 * stand behind.
 */
export class KeyOrder {
  readonly #blocks: string[][] = [];

  /** Takes each key once, in any order. */
  constructor(keys: Iterable<string>) {
    const sorted = [...keys].sort(byCodeUnits);
    for (let i = 0; i < sorted.length; i += longestBlock / 2) this.#blocks.push(sorted.slice(i, i + longestBlock / 2));
  }

  /** `key` must not be there yet. */
  add(key: string): void {
    const at = Math.min(this.#blockOf(key), Math.max(this.#blocks.length - 1, 0));
    const block = this.#blocks[at];
    if (block === undefined) {
      this.#blocks.push([key]);
      return;
    }
    block.splice(
      leading(block, (other) => other < key),
      0,
      key,
    );
    if (block.length > longestBlock) this.#blocks.splice(at + 1, 0, block.splice(longestBlock / 2));
  }

  delete(key: string): void {
    const at = this.#blockOf(key);
    const block = this.#blocks[at];
    const place = block === undefined ? -1 : leading(block, (other) => other < key);
    if (block === undefined || block[place] !== key) return;
    block.splice(place, 1);
    if (block.length === 0) this.#blocks.splice(at, 1);
  }

  /** How many keys stand in the leading run for which `holds` is true. */
  leading(holds: (key: string) => boolean): number {
    const at = leading(this.#blocks, (block) => holds(block.at(-1) ?? ""));
    let count = 0;
    for (const block of this.#blocks.slice(0, at)) count += block.length;
    return count + leading(this.#blocks[at] ?? [], holds);
  }

  /** Keys from place `from` to before place `to`. */
  slice(from: number, to: number): string[] {
    const found: string[] = [];
    let start = 0;
    for (const block of this.#blocks) {
      if (start >= to) break;
      if (start + block.length > from) found.push(...block.slice(Math.max(from - start, 0), to - start));
      start += block.length;
    }
    return found;
  }

  /** The first block that ends at or after `key`. */
  #blockOf(key: string): number {
    return leading(this.#blocks, (block) => (block.at(-1) ?? "") < key);
  }
}

export const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** How many members stand in the leading run for which `holds` is true; none for which it is may stand behind. */
export function leading<T>(sorted: readonly T[], holds: (member: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const member = sorted[middle];
    if (member !== undefined && holds(member)) low = middle + 1;
    else high = middle;
  }
  return low;
}
