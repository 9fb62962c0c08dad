import type { Labels } from "./surroundings.ts";

/** Sums by domain: the value of a label that nodes have in common. */
export class Tally {
  readonly #byKey = new Map<string, Map<string, number>>();

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  /** A node without that label is in no domain. */
  add(key: string, labels: Labels, amount: number): void {
    const value = labels[key];
    if (value === undefined) return;
    const values = this.#byKey.get(key) ?? new Map<string, number>();
    this.#byKey.set(key, values);
    values.set(value, (values.get(value) ?? 0) + amount);
  }

  /** In the domain that a node with these labels belongs to. */
  at(key: string, labels: Labels): number {
    const value = labels[key];
    return value === undefined ? 0 : (this.#byKey.get(key)?.get(value) ?? 0);
  }

  /** In all domains that it belongs to. */
  sumAt(labels: Labels): number {
    let sum = 0;
    for (const key of this.#byKey.keys()) sum += this.at(key, labels);
    return sum;
  }
}
