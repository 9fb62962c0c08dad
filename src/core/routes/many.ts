/** Which names belong to which: an index whose empty rows go away. */
export class Many {
  readonly #rows = new Map<string, Set<string>>();

  add(key: string, value: string): void {
    const row = this.#rows.get(key);
    if (row === undefined) this.#rows.set(key, new Set([value]));
    else row.add(value);
  }

  remove(key: string, value: string): void {
    const row = this.#rows.get(key);
    if (row?.delete(value) === true && row.size === 0) this.#rows.delete(key);
  }

  get(key: string): ReadonlySet<string> {
    return this.#rows.get(key) ?? none;
  }

  has(key: string): boolean {
    return this.#rows.has(key);
  }

  keys(): Iterable<string> {
    return this.#rows.keys();
  }
}

const none: ReadonlySet<string> = new Set();
