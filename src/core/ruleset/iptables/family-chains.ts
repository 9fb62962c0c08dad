import type { IpFamily } from "#net/ip.ts";
import type { Surroundings } from "../frame.ts";
import type { NodeAddresses } from "../node-table.ts";
import { type Claim, Claims } from "./claims.ts";
import type { Contribution } from "./contribution.ts";
import { chainsOf, type Dispatches, dispatchesOf, listNames, numberOf } from "./dispatches.ts";
import { frameOf, jumpsOf } from "./frame.ts";
import type { Sha256 } from "./names.ts";
import { showRule } from "./print.ts";
import type { ListName, RowClaim } from "./row-claim.ts";
import type { Chain, Jump, Rule, TableName } from "./rule.ts";

/** What is different in one family. */
export interface Change {
  readonly family: IpFamily;
  readonly written: readonly Chain[];
  readonly removed: readonly ChainId[];
}
export interface ChainId {
  readonly table: TableName;
  readonly name: string;
}

/** What the chains depend on besides what Services contribute. */
interface Situation {
  /** Lists stand in one chain each, however long they are. */
  readonly flat: boolean;
  readonly addresses: NodeAddresses;
}

/** The chains of one family, made of what Services contribute. */
export class FamilyChains {
  readonly family: IpFamily;
  /** Rules in the chains that everybody shares. */
  readonly shared: readonly Jump[];
  readonly #around: Surroundings;
  readonly #dispatches: Dispatches;
  readonly #claims = new Claims();
  readonly #rows = new Map<string, Rows>();
  /** What owners and lists came to at the last settlement, and what owners have meanwhile. */
  readonly #settled = new Map<string, readonly Chain[]>();
  readonly #pending = new Map<string, readonly Chain[]>();
  /** All chains, by table and name. */
  readonly #standing = new Map<string, Chain>();
  readonly #dirtyLists = new Set<ListName>(listNames);
  #situation: Situation | undefined;

  constructor(family: IpFamily, around: Surroundings, sha256: Sha256) {
    this.family = family;
    this.#around = around;
    this.#dispatches = dispatchesOf(family, sha256);
    this.shared = jumpsOf(around, family);
  }

  /** Replaces what an owner has. */
  contribute(by: Claim, contribution: Contribution): void {
    const { owner } = by;
    const ofFamily = <T extends { readonly family: IpFamily }>(all: readonly T[]) =>
      all.filter(({ family }) => family === this.family);
    const rows: Rows = new Map(ofFamily(contribution.rows).map((row) => [idOfRow(row), row]));
    const before = this.#rows.get(owner) ?? new Map<string, RowClaim>();
    if (rows.size === 0) this.#rows.delete(owner);
    else this.#rows.set(owner, rows);
    const moved = this.#claim(by, keysOf(before), keysOf(rows));
    for (const id of before.keys()) if (!rows.has(id)) this.#remove(owner, before.get(id));
    for (const [id, row] of rows) this.#place(owner, row, before.get(id));
    // Who waited for a key that is free now stands there; who has lost one gives way.
    for (const other of new Set(moved.flatMap((key) => this.#claims.owners(key))))
      if (other !== owner) for (const row of this.#rows.get(other)?.values() ?? []) this.#place(other, row, row);
    this.#pending.set(owner, ofFamily(contribution.chains));
  }

  /** Brings the chains to what was contributed. Returns what is different from the last time. */
  settle(situation: Situation): Change {
    const before = this.#situation;
    const moved = before?.addresses !== situation.addresses;
    this.#situation = situation;
    if (moved || before?.flat !== situation.flat) for (const list of listNames) this.#dirtyLists.add(list);
    // Its last rules tell whether pods have ports on the node.
    if (this.#dirtyLists.has("hostPorts")) this.#dirtyLists.add("services");
    const nodePorts = situation.addresses.nodePorts.filter(({ family }) => family === this.family);
    const frame = moved ? [["frame", frameOf(this.#around, this.family, situation.addresses)] as const] : [];
    const listed = [...this.#dirtyLists].map(
      (list) => [`list ${list}`, chainsOf(list, this.#dispatches, { flat: situation.flat, nodePorts })] as const,
    );
    const owned = [...this.#pending].map(([owner, chains]) => [`of ${owner}`, chains] as const);
    this.#dirtyLists.clear();
    this.#pending.clear();
    return this.#replace([...frame, ...owned, ...listed]);
  }

  get chains(): readonly Chain[] {
    return [...this.#standing.values()];
  }

  #replace(parts: readonly (readonly [part: string, chains: readonly Chain[]])[]): Change {
    const written: Chain[] = [];
    const removed: ChainId[] = [];
    for (const [part, chains] of parts) {
      const kept = new Set(chains.map(idOf));
      for (const chain of this.#settled.get(part) ?? []) {
        if (kept.has(idOf(chain))) continue;
        this.#standing.delete(idOf(chain));
        removed.push({ table: chain.table, name: chain.name });
      }
      for (const chain of chains) {
        const standing = this.#standing.get(idOf(chain));
        this.#standing.set(idOf(chain), chain);
        if (standing === undefined || !sameRules(standing.rules, chain.rules)) written.push(chain);
      }
      if (chains.length === 0) this.#settled.delete(part);
      else this.#settled.set(part, chains);
    }
    return { family: this.family, written, removed };
  }

  /** Returns the keys that have another holder now. */
  #claim(by: Claim, before: readonly string[], now: readonly string[]): readonly string[] {
    const kept = new Set(now);
    const given = before.filter((key) => !kept.has(key));
    return [...this.#claims.withdraw(given, by.owner), ...this.#claims.claim(now, by)];
  }

  /** A row stands while its owner holds one of its keys; the same row again changes nothing. */
  #place(owner: string, row: RowClaim, before: RowClaim | undefined): void {
    const dispatch = this.#dispatches[row.list];
    const id = `${owner} ${idOfRow(row)}`;
    if (!row.keys.some((key) => this.#claims.holder(key) === owner)) {
      this.#remove(owner, row);
      return;
    }
    if (before !== undefined && dispatch.has(id) && sameRules([before.rule], [row.rule])) return;
    dispatch.set(id, { number: numberOf(row), order: `${row.order} ${owner}`, rule: row.rule });
    this.#dirtyLists.add(row.list);
  }

  #remove(owner: string, row: RowClaim | undefined): void {
    if (row === undefined || !this.#dispatches[row.list].delete(`${owner} ${idOfRow(row)}`)) return;
    this.#dirtyLists.add(row.list);
  }
}

type Rows = ReadonlyMap<string, RowClaim>;

const idOf = ({ table, name }: ChainId): string => `${table} ${name}`;
const idOfRow = ({ list, keys, order }: RowClaim): string => `${list} ${keys[0]} ${order}`;
const keysOf = (rows: Rows): readonly string[] => [...new Set([...rows.values()].flatMap(({ keys }) => keys))];

const sameRules = (a: readonly Rule[], b: readonly Rule[]): boolean =>
  a.length === b.length &&
  a.every((one, i) => {
    const other = b[i];
    return other !== undefined && (one === other || showRule(one) === showRule(other));
  });
