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

/** Several owners that claim one key; most keys have one alone. */
interface Contest {
  holder: Claim;
  readonly all: Map<string, Claim>;
}

const holderOf = (held: Claim | Contest): Claim => ("all" in held ? held.holder : held);
const senior = (claims: readonly Claim[]): Claim => claims.reduce((a, b) => (b.seniority < a.seniority ? b : a));

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
  readonly #claims = new Map<string, Claim | Contest>();
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
    const elements = [...this.#claims.values()].map((held) => holderOf(held).element);
    return { chains: [...this.#uses.keys()], elements };
  }

  owners(): readonly string[] {
    return [...this.#keys.keys()];
  }

  #holder(key: string): Element | undefined {
    const held = this.#claims.get(key);
    return held === undefined ? undefined : holderOf(held).element;
  }

  #withdraw(key: string, owner: string): void {
    const contest = this.#claims.get(key);
    if (contest === undefined || !("all" in contest)) return void this.#claims.delete(key);
    contest.all.delete(owner);
    if (contest.holder.owner === owner) contest.holder = senior([...contest.all.values()]);
    if (contest.all.size === 1) this.#claims.set(key, contest.holder);
  }

  #claim(key: string, claim: Claim): void {
    const before = this.#claims.get(key);
    if (before === undefined || (!("all" in before) && before.owner === claim.owner))
      return void this.#claims.set(key, claim);
    const contest = "all" in before ? before : { holder: before, all: new Map([[before.owner, before]]) };
    contest.all.set(claim.owner, claim);
    // Thousands may share one endpoint's elements: only who held a key and grows younger has them compared all.
    if (contest.holder.owner === claim.owner) contest.holder = senior([...contest.all.values()]);
    else contest.holder = senior([contest.holder, claim]);
    this.#claims.set(key, contest);
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
