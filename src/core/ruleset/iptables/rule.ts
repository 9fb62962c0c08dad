import type { Cidr } from "#net/cidr.ts";
import type { Ip } from "#net/ip.ts";
import type { Protocol } from "#net/port.ts";

/** The tables of iptables that rules of ours stand in. */
export type TableName = "raw" | "filter" | "nat";

/** A chain of ours, in one table of one family. */
export interface Chain {
  readonly table: TableName;
  readonly name: string;
  readonly rules: readonly Rule[];
}

/** A rule of ours in a chain that everybody shares: the only thing that we put there. */
export interface Jump {
  readonly table: TableName;
  readonly from: Builtin;
  readonly rule: Rule;
}
export type Builtin = "PREROUTING" | "INPUT" | "FORWARD" | "OUTPUT" | "POSTROUTING";

/** Holds if all of `when` holds; without a target it only stands there to be read. */
export interface Rule {
  /** What people read in `iptables -L`: names of Services and ports, which the API has admitted. */
  readonly comment: string | undefined;
  readonly when: readonly Match[];
  readonly then: Target | undefined;
}

export type Match =
  | { readonly is: "from" | "to"; readonly block: Cidr; readonly not: boolean }
  | { readonly is: "protocol"; readonly protocol: Protocol }
  /** Stands after the protocol whose port it is. */
  | { readonly is: "port"; readonly end: "source" | "destination"; readonly first: number; readonly last: number }
  /** The source, or the destination, is an address of this node. */
  | { readonly is: "fromLocal" | "toLocal" }
  | { readonly is: "state"; readonly state: "NEW" | "INVALID" | "RELATED,ESTABLISHED" | "DNAT" }
  /** It carries the mark of what is to be masqueraded. */
  | { readonly is: "marked"; readonly not: boolean }
  /** One packet of so many. */
  | { readonly is: "lot"; readonly of: number }
  /** The client stands in that list, and was seen no longer ago. */
  | { readonly is: "recent"; readonly list: string; readonly seconds: number }
  /** Holds always, and puts the client into that list. */
  | { readonly is: "remember"; readonly list: string };

export type Target =
  /** A chain that is gone to doesn't come back here when it ends, but where this one would. */
  | { readonly do: "jump" | "goto"; readonly chain: string }
  | { readonly do: "dnat"; readonly ip: Ip; readonly port: number }
  | { readonly do: "return" | "accept" | "drop" | "reject" | "mark" | "unmark" | "masquerade" | "notrack" };

export const rule = (comment: string | undefined, when: readonly Match[], then?: Target): Rule => ({
  comment,
  when,
  then,
});
export const jump = (chain: string): Target => ({ do: "jump", chain });
export const from = (block: Cidr): Match => ({ is: "from", block, not: false });
export const to = (block: Cidr): Match => ({ is: "to", block, not: false });
/** In the order in which kube-proxy has them. */
export const toPort = (protocol: Protocol, port: number, at?: Cidr): readonly Match[] => [
  { is: "protocol", protocol },
  ...(at === undefined ? [] : [to(at)]),
  { is: "port", end: "destination", first: port, last: port },
];
