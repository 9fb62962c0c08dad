/** What may be held by one owner at a time, by key: of those who claim it the senior holds it, and the next when that one lets go. */
export class Claims {
  readonly #claims = new Map<string, readonly Claim[]>();

  /** Returns the keys that have another holder now. */
  claim(keys: readonly string[], by: Claim): readonly string[] {
    return keys.filter((key) => {
      const others = (this.#claims.get(key) ?? []).filter(({ owner }) => owner !== by.owner);
      return this.#replace(key, [...others, by].toSorted(bySeniority));
    });
  }

  /** Returns the keys that have another holder now. */
  withdraw(keys: readonly string[], owner: string): readonly string[] {
    return keys.filter((key) =>
      this.#replace(
        key,
        (this.#claims.get(key) ?? []).filter((claim) => claim.owner !== owner),
      ),
    );
  }

  /** Who holds it; undefined where nobody claims it. */
  holder(key: string): string | undefined {
    return this.#claims.get(key)?.[0]?.owner;
  }

  /** All who claim it. */
  owners(key: string): readonly string[] {
    return (this.#claims.get(key) ?? []).map(({ owner }) => owner);
  }

  #replace(key: string, claims: readonly Claim[]): boolean {
    const before = this.holder(key);
    if (claims.length === 0) this.#claims.delete(key);
    else this.#claims.set(key, claims);
    return this.holder(key) !== before;
  }
}

export interface Claim {
  readonly owner: string;
  /** The smaller one is the senior. */
  readonly seniority: string;
}

const bySeniority = (a: Claim, b: Claim): number => (a.seniority < b.seniority ? -1 : 1);
