import { contains } from "#net/cidr.ts";
import type { Ip } from "#net/ip.ts";
import type { Protocol } from "#net/port.ts";
import { unreachable } from "../unreachable.ts";
import {
  type Chain,
  type Draw,
  type Element,
  entryKey,
  type Hook,
  type Match,
  type Rule,
  type Statement,
  type Target,
} from "./table.ts";

/** The first packet of a connection. */
export interface Packet {
  readonly protocol: Protocol;
  readonly from: Ip;
  readonly to: Ip;
  readonly port: number;
}

/** What becomes of it. Where lots are drawn there are several ways, each as likely as the other. */
export type Fate<R = Rule> =
  | { readonly kind: "passes"; readonly ways: readonly Way[]; readonly trail: Trail<R> }
  | { readonly kind: "reject" | "drop"; readonly trail: Trail<R> };

export interface Way {
  readonly to: Target;
  /** The receiver sees the node's address instead of the client's. */
  readonly masqueraded: boolean;
}

/** The rules that applied, in order, with the chains they stand in. */
export type Trail<R = Rule> = readonly { readonly chain: string; readonly rule: R }[];

/** A table to walk through, on a node with these addresses. */
export interface Walkable {
  readonly chains: readonly Chain[];
  readonly elements: readonly Element[];
  readonly nodeAddresses: readonly Ip[];
}

/** Follows packets through a table as the kernel would. Build it once for many packets. */
export function walker({ chains, elements, nodeAddresses }: Walkable): (packet: Packet) => Fate {
  const byKey = new Map(elements.map((element) => [entryKey(element), element]));
  const byName = new Map(chains.map((chain) => [chain.name, chain]));
  const hooked = (at: Hook["at"]) =>
    chains.filter(({ hook }) => hook?.at === at).toSorted((a, b) => (a.hook?.priority ?? 0) - (b.hook?.priority ?? 0));
  const isLocal = (ip: Ip) => nodeAddresses.some(({ text }) => text === ip.text);
  return (packet) => new Walk({ byKey, byName, hooked, isLocal }, packet).fate();
}

interface Ground {
  readonly byKey: ReadonlyMap<string, Element>;
  readonly byName: ReadonlyMap<string, Chain>;
  readonly hooked: (at: Hook["at"]) => readonly Chain[];
  readonly isLocal: (ip: Ip) => boolean;
}

type Outcome = "next" | "accept" | "translated" | "masquerade" | "reject" | "drop";

class Walk {
  readonly #ground: Ground;
  readonly #packet: Packet;
  readonly #trail: Trail[number][] = [];
  #to: Target;
  /** All that a translation may have chosen from; empty before. */
  #drawn: readonly Target[] = [];
  #noted: readonly number[] = [];
  #marked = false;
  #tracked = true;

  constructor(ground: Ground, packet: Packet) {
    this.#ground = ground;
    this.#packet = packet;
    this.#to = { ip: packet.to, port: packet.port };
  }

  fate(): Fate {
    const { isLocal } = this.#ground;
    const own = isLocal(this.#packet.from);
    const entering = this.#hook(own ? "output" : "prerouting", (priority) => priority <= -100);
    if (entering === "reject" || entering === "drop") return { kind: entering, trail: this.#trail };
    const targets = this.#drawn.length > 0 ? this.#drawn : [this.#to];
    const ways: Way[] = [];
    const marked = this.#marked;
    for (const to of targets) {
      this.#to = to;
      this.#marked = marked;
      const inside = isLocal(to.ip);
      const first = own ? "output" : inside ? "input" : "forward";
      const outcome = this.#hook(first, (priority) => priority > -100);
      if (outcome === "reject" || outcome === "drop") return { kind: outcome, trail: this.#trail };
      const masqueraded = !inside && this.#hook("postrouting", () => true) === "masquerade";
      ways.push({ to, masqueraded });
    }
    return { kind: "passes", ways, trail: this.#trail };
  }

  #hook(at: Hook["at"], which: (priority: number) => boolean): Outcome {
    let last: Outcome = "next";
    for (const chain of this.#ground.hooked(at)) {
      if (!which(chain.hook?.priority ?? 0) || (chain.hook?.type === "nat" && !this.#tracked)) continue;
      last = this.#chain(chain);
      if (last === "drop" || last === "reject") return last;
    }
    return last;
  }

  #chain(chain: Chain): Outcome {
    for (const rule of chain.rules) {
      if (!rule.when.every((match) => this.#holds(match))) continue;
      const outcome = this.#run(rule, chain);
      if (outcome !== "next") return outcome;
    }
    return "next";
  }

  #run(rule: Rule, { name }: Chain): Outcome {
    const place = this.#trail.push({ chain: name, rule }) - 1;
    for (const statement of rule.then) {
      const outcome = this.#do(statement);
      if (outcome === "breaks") {
        this.#trail.splice(place, 1);
        return "next";
      }
      if (outcome !== "next") return outcome;
    }
    return "next";
  }

  #holds(match: Match): boolean {
    const { from, protocol } = this.#packet;
    switch (match.is) {
      case "from":
      case "to": {
        const ip = match.is === "from" ? from : this.#to.ip;
        const sameFamily = match.in[0]?.family === ip.family;
        return sameFamily && match.in.some((block) => contains(block, ip)) !== match.not;
      }
      case "fromLocal":
        return this.#ground.isLocal(from) !== match.not;
      case "toListed":
        return match.family === this.#to.ip.family && this.#has({ in: match.in, ip: this.#to.ip }) !== match.not;
      case "admitted":
        return match.family === from.family && this.#isAdmitted(from) !== match.not;
      case "state":
        return match.state === "new" && this.#tracked;
      case "translated":
        return this.#drawn.length > 0;
      case "hairpin":
        return this.#drawn.length > 0 && from.text === this.#to.ip.text && this.#has({ in: "hairpins", ip: from });
      case "marked":
        return this.#marked;
      case "tcp":
        return protocol === "TCP";
      case "dns":
        return match.end === "destination" && this.#isDns(match.address);
      default:
        return unreachable(match);
    }
  }

  #isAdmitted(from: Ip): boolean {
    const found = this.#ground.byKey.get(`sources ${this.#at()}`);
    return found?.in === "sources" && found.blocks.some((block) => contains(block, from));
  }

  #isDns(address: Ip): boolean {
    return this.#packet.protocol !== "SCTP" && this.#packet.port === 53 && this.#packet.to.text === address.text;
  }

  #has(element: Element): boolean {
    return this.#ground.byKey.has(entryKey(element));
  }

  #do(statement: Statement): Outcome | "breaks" {
    switch (statement.do) {
      case "dispatch":
        return this.#dispatch(statement);
      case "goto":
        return this.#goTo(this.#ground.byName.get(statement.chain));
      case "dnatDrawn":
        return this.#translate(
          this.#seats("endpoints", statement.draw).flatMap((one) => (one.in === "endpoints" ? [one.to] : [])),
        );
      case "draw":
        this.#noted = this.#seats("seats", statement.draw).flatMap((one) => (one.in === "seats" ? [one.number] : []));
        return this.#noted.length > 0 ? "next" : "breaks";
      case "dnatNoted":
        return this.#translate(this.#noted.flatMap((number) => this.#member(number)));
      // A client that was never here before.
      case "recall":
        return "breaks";
      case "remember":
      case "forget":
        return "next";
      case "mark":
      case "unmark":
        this.#marked = statement.do === "mark";
        return "next";
      case "notrack":
        this.#tracked = false;
        return "next";
      case "masquerade":
      case "accept":
      case "reject":
      case "drop":
        return statement.do;
      default:
        return unreachable(statement);
    }
  }

  #dispatch({ map, family }: Extract<Statement, { readonly do: "dispatch" }>): Outcome | "breaks" {
    if (this.#to.ip.family !== family) return "breaks";
    const found = this.#ground.byKey.get(`${map} ${this.#at()}`);
    return found !== undefined && "go" in found ? this.#goTo(found.go) : "breaks";
  }

  // It is gone to, not jumped to: its end is the end of the chain that led here.
  #goTo(chain: Chain | undefined): Outcome | "breaks" {
    if (chain === undefined) return "breaks";
    const outcome = this.#chain(chain);
    return outcome === "next" ? "accept" : outcome;
  }

  #at(): string {
    return `${this.#to.ip.text} ${this.#packet.protocol} ${this.#to.port}`;
  }

  // Two Services may have seats at one address, of which one is sticky: each draws from its own map.
  #seats(map: "endpoints" | "seats", { first, count }: Draw): readonly Element[] {
    const seats = Array.from({ length: count }, (_, i) => this.#ground.byKey.get(`${map} ${this.#at()} ${first + i}`));
    return seats.filter((one) => one !== undefined);
  }

  #member(number: number): readonly Target[] {
    const found = this.#ground.byKey.get(`members ${this.#at()} ${number}`);
    return found?.in === "members" ? [found.to] : [];
  }

  #translate(targets: readonly Target[]): Outcome | "breaks" {
    if (targets.length === 0) return "breaks";
    this.#drawn = targets;
    return "translated";
  }
}
