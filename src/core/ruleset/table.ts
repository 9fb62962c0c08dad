import type { Cidr } from "#net/cidr.ts";
import type { Ip, IpFamily } from "#net/ip.ts";
import type { Protocol } from "#net/port.ts";

/**
 * The rule tree: what a node does with a packet, as values. `nftables.ts` prints it, `walk.ts` follows one packet through it; what a
 * trace says is therefore what the kernel does.
 *
 * The layout is flat. Whatever grows with the cluster is an element of a map, found by hash; the number of chains depends on how
 * many different *shapes* of Services there are, not on how many Services. So a packet costs the same at one Service and at 10,000,
 * and a changed endpoint changes one element.
 */
export interface Chain {
  readonly name: string;
  /** Where packets enter it by themselves; undefined: other rules lead here. */
  readonly hook: Hook | undefined;
  /** How elements lead to it; undefined where rules do. */
  readonly lead: Lead | undefined;
  readonly rules: readonly Rule[];
}

/** Elements of that map write this number, from 1, for the chain. */
export interface Lead {
  readonly from: "services" | "refusals";
  readonly number: number;
}

export interface Hook {
  readonly type: "filter" | "nat";
  readonly at: "prerouting" | "input" | "forward" | "output" | "postrouting";
  /** Smaller comes first; nft's names for numbers: raw -300, dstnat -100, filter 0, srcnat 100. */
  readonly priority: number;
}

/** Holds if all of `when` holds; `then` runs in order, and ends early where a map has no answer: then the next rule follows. */
export interface Rule {
  readonly when: readonly Match[];
  readonly then: readonly Statement[];
}

export type Match =
  | { readonly is: "from"; readonly in: readonly Cidr[]; readonly not: boolean }
  | { readonly is: "to"; readonly in: readonly Cidr[]; readonly not: boolean }
  /** The source is an address of this node. */
  | { readonly is: "fromLocal"; readonly not: boolean }
  /** The destination stands in that set. */
  | { readonly is: "toListed"; readonly in: AddressSet; readonly family: IpFamily; readonly not: boolean }
  | { readonly is: "state"; readonly state: "established" | "new" | "invalid" }
  /** The frontend that the packet is sent to lets its source in. */
  | { readonly is: "admitted"; readonly family: IpFamily; readonly not: boolean }
  /** Its destination was translated: a frontend took it. */
  | { readonly is: "translated" }
  | { readonly is: "hairpin"; readonly family: IpFamily }
  | { readonly is: "marked" }
  | { readonly is: "tcp" }
  /** TCP or UDP port 53 of `address`, as destination or as source. */
  | { readonly is: "dns"; readonly end: "source" | "destination"; readonly address: Ip };

export type Statement =
  /** Goes to the chain that the map has for destination address, protocol and port. The end of that chain ends this one too. */
  | { readonly do: "dispatch"; readonly map: "services" | "refusals"; readonly family: IpFamily }
  | { readonly do: "goto"; readonly chain: string }
  /** Translates the destination to the endpoint on a seat drawn by lot. */
  | { readonly do: "dnatDrawn"; readonly family: IpFamily; readonly protocol: Protocol; readonly draw: Draw }
  /** Draws a seat and notes its endpoint's number. */
  | { readonly do: "draw"; readonly family: IpFamily; readonly draw: Draw }
  /** Notes the number of the endpoint that this client had before, and starts its time anew. */
  | { readonly do: "recall"; readonly family: IpFamily; readonly seconds: number }
  | { readonly do: "remember"; readonly family: IpFamily; readonly seconds: number }
  | { readonly do: "forget"; readonly family: IpFamily }
  /** Translates the destination to the endpoint with the noted number, if it still is one. */
  | { readonly do: "dnatNoted"; readonly family: IpFamily; readonly protocol: Protocol }
  | { readonly do: "mark" | "unmark" | "masquerade" | "notrack" | "drop" | "accept" }
  | { readonly do: "reject"; readonly with: "tcpReset" | "portUnreachable" };

/** Seats `first` to `first + count - 1`, each as likely as the other. */
export interface Draw {
  readonly first: number;
  readonly count: number;
}

/** A frontend's address as maps key it. */
export interface At {
  readonly ip: Ip;
  readonly protocol: Protocol;
  readonly port: number;
}

export interface Target {
  readonly ip: Ip;
  readonly port: number;
}

/** One entry of one map or set. Entries of equal `entryKey` exclude each other. */
export type Element =
  | { readonly in: "services" | "refusals"; readonly at: At; readonly go: Chain }
  | { readonly in: "endpoints"; readonly at: At; readonly seat: number; readonly to: Target }
  | { readonly in: "seats"; readonly at: At; readonly seat: number; readonly number: number }
  | { readonly in: "members"; readonly at: At; readonly number: number; readonly to: Target }
  /** Whom a frontend with a source rule lets in. One entry, so that two Services that claim a frontend never open it to both's clients. */
  | { readonly in: "sources"; readonly at: At; readonly blocks: readonly Cidr[] }
  | { readonly in: "hairpins" | AddressSet; readonly ip: Ip };

/** Service addresses of ours, those that another proxy serves, and the nodes' own. */
export type AddressSet = "addresses" | "others" | "nodes";

/** The chain for what comes to an address of ours where no frontend is. */
export const unusedPort = "unused-port";

export const familyOf = (element: Element): IpFamily => ("at" in element ? element.at.ip.family : element.ip.family);

/** Ends the names of one family's maps and chains. */
export const numeral = (family: IpFamily): "4" | "6" => (family === "IPv4" ? "4" : "6");

const place = ({ ip, protocol, port }: At): string => `${ip.text} ${protocol} ${port}`;

/** Names the entry among all entries of all maps. */
export function entryKey(element: Element): string {
  switch (element.in) {
    case "endpoints":
    case "seats":
      return `${element.in} ${place(element.at)} ${element.seat}`;
    case "members":
      return `members ${place(element.at)} ${element.number}`;
    case "services":
    case "refusals":
    case "sources":
      return `${element.in} ${place(element.at)}`;
    default:
      return `${element.in} ${element.ip.text}`;
  }
}

/** What the entry's key leads to; entries with equal key and value are equal. */
export function entryValue(element: Element): string {
  switch (element.in) {
    case "services":
    case "refusals":
      return element.go.name;
    case "endpoints":
    case "members":
      return `${element.to.ip.text} ${element.to.port}`;
    case "seats":
      return String(element.number);
    case "sources":
      return element.blocks.map(({ text }) => text).join(" ");
    default:
      return "";
  }
}
