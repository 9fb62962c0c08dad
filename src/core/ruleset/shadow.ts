import { type Chain, type Element, entryKey, entryValue } from "./table.ts";

/** What one transaction must do to the table; empty lists where nothing changed. */
export interface Delta {
  readonly chainsAdded: readonly Chain[];
  readonly removed: readonly Element[];
  readonly added: readonly Element[];
  readonly chainsRemoved: readonly Chain[];
}

/** Everything in the table but the frame. */
export interface Contents {
  readonly chains: readonly Chain[];
  readonly elements: readonly Element[];
}

interface Claim {
  readonly owner: string;
  readonly seniority: string;
  readonly element: Element;
}

/** One owner's elements, as they shall be from now on. */
export interface Claims {
  readonly owner: string;
  readonly seniority: string;
  readonly elements: readonly Element[];
}

/**
 * What the kernel's table holds, so that it never has to be asked. Owners (Services, and the node itself) claim elements; where
 * two claim one key, the senior has it, and the other gets it when the senior lets go. Chains live as long as an element leads to
 * them.
 */
export class Shadow {
  readonly #claims = new Map<string, readonly Claim[]>();
  readonly #keys = new Map<string, readonly string[]>();
  readonly #uses = new Map<Chain, number>();

  /** Replaces what these owners claim, and says what changed in the table. */
  change(all: readonly Claims[]): Delta {
    const before = new Map<string, Element | undefined>();
    const touch = (key: string) => {
      if (!before.has(key)) before.set(key, this.#holder(key));
    };
    for (const { owner, seniority, elements } of all) {
      const next = new Map(elements.map((element) => [entryKey(element), element]));
      for (const key of this.#keys.get(owner) ?? []) {
        touch(key);
        if (!next.has(key)) this.#withdraw(key, owner);
      }
      for (const [key, element] of next) {
        touch(key);
        this.#claim(key, { owner, seniority, element });
      }
      if (next.size === 0) this.#keys.delete(owner);
      else this.#keys.set(owner, [...next.keys()]);
    }
    return this.#settle(before);
  }

  contents(): Contents {
    const elements = [...this.#claims.values()].flatMap(([first]) => (first === undefined ? [] : [first.element]));
    return { chains: [...this.#uses.keys()], elements };
  }

  owners(): readonly string[] {
    return [...this.#keys.keys()];
  }

  #holder(key: string): Element | undefined {
    return this.#claims.get(key)?.[0]?.element;
  }

  #withdraw(key: string, owner: string): void {
    const left = (this.#claims.get(key) ?? []).filter((claim) => claim.owner !== owner);
    if (left.length === 0) this.#claims.delete(key);
    else this.#claims.set(key, left);
  }

  #claim(key: string, claim: Claim): void {
    const others = this.#claims.get(key);
    if (others === undefined) return void this.#claims.set(key, [claim]);
    const rest = others.filter(({ owner }) => owner !== claim.owner);
    const all = [...rest, claim].toSorted((a, b) => (a.seniority < b.seniority ? -1 : 1));
    this.#claims.set(key, all);
  }

  #settle(before: ReadonlyMap<string, Element | undefined>): Delta {
    const [removed, added]: [Element[], Element[]] = [[], []];
    const usesBefore = new Map<Chain, boolean>();
    const use = (element: Element, by: 1 | -1) => {
      if (element.in !== "services" && element.in !== "refusals") return;
      const count = this.#uses.get(element.go) ?? 0;
      if (!usesBefore.has(element.go)) usesBefore.set(element.go, count > 0);
      this.#uses.set(element.go, count + by);
    };
    for (const [key, old] of before) {
      const now = this.#holder(key);
      if (old !== undefined && now !== undefined && entryValue(old) === entryValue(now)) continue;
      if (old !== undefined) removed.push(old);
      if (now !== undefined) added.push(now);
      if (now !== undefined) use(now, 1);
      if (old !== undefined) use(old, -1);
    }
    const [chainsAdded, chainsRemoved]: [Chain[], Chain[]] = [[], []];
    for (const [chain, wasUsed] of usesBefore) {
      const isUsed = this.#uses.get(chain) !== 0;
      if (!isUsed) this.#uses.delete(chain);
      if (isUsed && !wasUsed) chainsAdded.push(chain);
      if (!isUsed && wasUsed) chainsRemoved.push(chain);
    }
    return { chainsAdded, removed, added, chainsRemoved };
  }
}

export const isEmpty = ({ added, removed }: Delta): boolean => added.length === 0 && removed.length === 0;
