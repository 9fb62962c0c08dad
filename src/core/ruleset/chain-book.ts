import type { Chain, Lead, Rule } from "./table.ts";

/** Chains by name: Services of one shape share a chain, so it is made once, and has one number for good. */
export class ChainBook {
  readonly #chains = new Map<string, Chain>();
  readonly #numbers = new Map<string, number>();
  #last = 0;

  /** A chain that the kernel has already keeps its number. */
  remember(name: string, number: number): void {
    this.#numbers.set(name, number);
    this.#last = Math.max(this.#last, number);
  }

  chain(name: string, from: Lead["from"], rules: () => readonly Rule[]): Chain {
    const known = this.#chains.get(name);
    if (known !== undefined) return known;
    const number = this.#numbers.get(name) ?? ++this.#last;
    const chain: Chain = { name, lead: { from, number }, hook: undefined, rules: rules() };
    this.#chains.set(name, chain);
    return chain;
  }
}
