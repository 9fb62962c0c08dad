import type { Cidr } from "#net/cidr.ts";
import { addressBits } from "#net/ip.ts";
import type { Name } from "./name.ts";
import type { Rdata } from "./record.ts";
import { holds, reverseBlock, reverseName, reverseZoneName } from "./reverse-name.ts";
import type { OwnNames } from "./service-names.ts";
import { type Found, soa } from "./zone-apex.ts";

/** The names of addresses: those of `cidrs` are answered here, known or not; all others are somebody else's. */
export class ReverseZone {
  readonly #cidrs: readonly Cidr[];
  readonly #domain: Name;
  /** By reverse name, then by object: one pod may be an endpoint of several. */
  readonly #records = new Map<Name, Map<string, readonly Rdata[]>>();

  constructor(cidrs: readonly Cidr[], domain: Name) {
    this.#cidrs = cidrs;
    this.#domain = domain;
  }

  add(key: string, reverse: OwnNames["reverse"]): void {
    for (const { address, target } of reverse) {
      const name = reverseName(address);
      const byService = this.#records.get(name) ?? new Map<string, readonly Rdata[]>();
      this.#records.set(name, byService);
      byService.set(key, [...(byService.get(key) ?? []), { type: "PTR", target }]);
    }
  }

  remove(key: string, reverse: OwnNames["reverse"]): void {
    for (const { address } of reverse) {
      const name = reverseName(address);
      const byService = this.#records.get(name);
      byService?.delete(key);
      if (byService?.size === 0) this.#records.delete(name);
    }
  }

  find(name: Name): Found {
    const asked = reverseBlock(name);
    const cidr = asked && this.#cidrs.find((candidate) => holds(candidate, asked.block));
    if (asked === undefined || cidr === undefined) return { kind: "outside" };
    const apex = reverseZoneName(cidr, asked.block);
    if (name === apex) return { kind: "present", apex, records: [soa(this.#domain)] };
    const isWhole = asked.block.prefixLength === addressBits(cidr.family);
    // What stands for a whole block is there, since addresses stand below it (RFC 8020).
    if (!isWhole) return { kind: "present", apex, records: [] };
    const known = asked.isBelow ? undefined : this.#records.get(name);
    return known === undefined
      ? { kind: "absent", apex }
      : { kind: "present", apex, records: [...known.values()].flat() };
  }
}
