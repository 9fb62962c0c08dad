import { contains } from "#net/cidr.ts";
import type { Ip, IpFamily } from "#net/ip.ts";
import { unreachable } from "../../unreachable.ts";
import type { Fate, Packet, Trail, Way } from "../walk.ts";
import type { Builtin, Chain, Jump, Match, Rule, TableName } from "./rule.ts";

/** The rules of one family, to walk through. */
export interface WalkableChains {
  readonly family: IpFamily;
  readonly shared: readonly Jump[];
  readonly chains: readonly Chain[];
}

/** Follows packets through chains as the kernel would, on a node with these addresses. Build it once for many packets. */
export function iptablesWalker(
  families: readonly WalkableChains[],
  nodeAddresses: readonly Ip[],
): (packet: Packet) => Fate<Rule> {
  const own = new Set(nodeAddresses.map(({ text }) => text));
  const grounds = new Map(
    families.map(({ family, shared, chains }): [IpFamily, Ground] => {
      const byName = new Map(chains.map((chain) => [`${chain.table} ${chain.name}`, chain]));
      return [family, { shared, byName, isLocal: (ip) => own.has(ip.text) }];
    }),
  );
  return (packet) => {
    const ground = grounds.get(packet.to.family);
    if (ground === undefined) return passesUntouched(packet);
    const ways: Way[] = [];
    let first: Trail<Rule> | undefined;
    // Every way that the lots may fall: the last one that fell to a packet is tried the other way, until none is left.
    for (let lots: readonly boolean[] | undefined = []; lots !== undefined; ) {
      const walk = new Walk(ground, packet, lots);
      const end = walk.end();
      first ??= walk.trail;
      if (end.kind !== "passes") return { kind: end.kind, trail: walk.trail };
      ways.push(end.way);
      const turned = walk.drawn.lastIndexOf(true);
      lots = turned < 0 ? undefined : [...walk.drawn.slice(0, turned), false];
    }
    return { kind: "passes", ways, trail: first ?? [] };
  };
}

function passesUntouched({ to, port }: Packet): Fate<Rule> {
  return { kind: "passes", ways: [{ to: { ip: to, port }, masqueraded: false }], trail: [] };
}

interface Ground {
  readonly shared: readonly Jump[];
  readonly byName: ReadonlyMap<string, Chain>;
  readonly isLocal: (ip: Ip) => boolean;
}

/** `next`: the rule after this one; `return`: the chain ends here. */
type Outcome = "next" | "return" | "accept" | "translated" | "masquerade" | "reject" | "drop";
type End = { readonly kind: "passes"; readonly way: Way } | { readonly kind: "reject" | "drop" };

class Walk {
  readonly trail: { readonly chain: string; readonly rule: Rule }[] = [];
  /** How the lots fell: as they were told to, then always to the packet. */
  readonly drawn: boolean[] = [];
  readonly #ground: Ground;
  readonly #packet: Packet;
  readonly #lots: readonly boolean[];
  #to: Way["to"];
  #marked = false;
  #tracked = true;
  #translated = false;

  constructor(ground: Ground, packet: Packet, lots: readonly boolean[]) {
    this.#ground = ground;
    this.#packet = packet;
    this.#lots = lots;
    this.#to = { ip: packet.to, port: packet.port };
  }

  end(): End {
    const { isLocal } = this.#ground;
    const own = isLocal(this.#packet.from);
    const entry = own ? "OUTPUT" : "PREROUTING";
    this.#hook("raw", entry);
    if (this.#tracked) this.#hook("nat", entry);
    const inside = isLocal(this.#to.ip);
    const filters: readonly Builtin[] = own
      ? inside
        ? ["OUTPUT", "INPUT"]
        : ["OUTPUT"]
      : inside
        ? ["INPUT"]
        : ["FORWARD"];
    for (const filter of filters) {
      const outcome = this.#hook("filter", filter);
      if (outcome === "reject" || outcome === "drop") return { kind: outcome };
    }
    const masqueraded = !inside && this.#tracked && this.#hook("nat", "POSTROUTING") === "masquerade";
    return { kind: "passes", way: { to: this.#to, masqueraded } };
  }

  #hook(table: TableName, at: Builtin): Outcome {
    for (const one of this.#ground.shared) {
      if (one.table !== table || one.from !== at) continue;
      const outcome = this.#rule(one.rule, { table, name: at });
      if (outcome !== "next") return outcome;
    }
    return "next";
  }

  #rule(rule: Rule, { table, name }: Pick<Chain, "table" | "name">): Outcome {
    if (!rule.when.every((match) => this.#holds(match))) return "next";
    const { then } = rule;
    if (then === undefined) return "next";
    this.trail.push({ chain: name, rule });
    switch (then.do) {
      case "jump":
      case "goto": {
        const outcome = this.#chain(`${table} ${then.chain}`);
        return outcome === "next" && then.do === "goto" ? "return" : outcome;
      }
      case "dnat":
        this.#to = { ip: then.ip, port: then.port };
        this.#translated = true;
        return "translated";
      case "mark":
      case "unmark":
        this.#marked = then.do === "mark";
        return "next";
      case "notrack":
        this.#tracked = false;
        return "next";
      case "return":
      case "accept":
      case "drop":
      case "reject":
      case "masquerade":
        return then.do;
      default:
        return unreachable(then);
    }
  }

  #chain(id: string): Outcome {
    const chain = this.#ground.byName.get(id);
    if (chain === undefined) return "next";
    for (const rule of chain.rules) {
      const outcome = this.#rule(rule, chain);
      if (outcome === "return") return "next";
      if (outcome !== "next") return outcome;
    }
    return "next";
  }

  #holds(match: Match): boolean {
    const { from, protocol } = this.#packet;
    switch (match.is) {
      case "from":
        return contains(match.block, from) !== match.not;
      case "to":
        return contains(match.block, this.#to.ip) !== match.not;
      case "protocol":
        return match.protocol === protocol;
      case "port":
        return match.end === "destination" && this.#to.port >= match.first && this.#to.port <= match.last;
      case "fromLocal":
        return this.#ground.isLocal(from);
      case "toLocal":
        return this.#ground.isLocal(this.#to.ip);
      case "state":
        return match.state === "DNAT" ? this.#translated : match.state === "NEW" && this.#tracked;
      case "marked":
        return this.#marked !== match.not;
      case "lot":
        return this.#draw();
      // A client that was never here before, and is remembered from now on.
      case "recent":
        return false;
      case "remember":
        return true;
      default:
        return unreachable(match);
    }
  }

  #draw(): boolean {
    const fallen = this.#lots[this.drawn.length] ?? true;
    this.drawn.push(fallen);
    return fallen;
  }
}
