import { isJsonObject } from "#machinery/json.ts";
import type { Cidr } from "#net/cidr.ts";
import type { IpFamily } from "#net/ip.ts";
import type { Argv } from "#os/spawn.ts";

/** A chain that drops what it does not know, in a table that isn't ours. */
export interface DroppingChain {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly hook: "forward" | "input";
  /** Every chain's name in that table: DOCKER-USER and ufw's are known by theirs. */
  readonly neighbours: ReadonlySet<string>;
}
export interface Firewall {
  readonly dropping: readonly DroppingChain[];
  readonly hasFirewalld: boolean;
}

/** What lets our packets pass a firewall that drops what it does not know. */
export type Passage =
  | { readonly kind: "rules"; readonly owner: "Docker" | "ufw" | "firewalld"; readonly rules: readonly Rule[] }
  /** No place is known where that table wants such rules: its owner must say it. */
  | { readonly kind: "tell"; readonly sentence: string };
export interface Rule {
  readonly add: Argv;
  readonly undo: Argv;
}

/**
 * Docker, ufw and firewalld drop packets that they don't know, and an accept in our table can't undo a drop in theirs; each has a place
 * for rules of others. `block` holds the pods' addresses: every packet that we forward comes from there or goes there, and pods ask
 * the node itself for names and for the API.
 */
export function passagesThrough({ dropping, hasFirewalld }: Firewall, block: Cidr): readonly Passage[] {
  const ofFirewalld: readonly Passage[] = hasFirewalld
    ? [{ kind: "rules", owner: "firewalld", rules: [firewalldZone(block)] }]
    : [];
  return [
    ...ofFirewalld,
    ...dropping.filter(({ table }) => table !== firewalld).map((chain) => passageThrough(chain, block)),
  ];
}

function passageThrough(chain: DroppingChain, block: Cidr): Passage {
  const isUfw = [...chain.neighbours].some((name) => name.startsWith("ufw-"));
  if (chain.hook === "input") {
    return isUfw ? { kind: "rules", owner: "ufw", rules: [ufwInput(block)] } : tell(chain, ["saddr"], block);
  }
  if (chain.neighbours.has("DOCKER-USER"))
    return { kind: "rules", owner: "Docker", rules: ["-s", "-d"].map((side) => dockerRule(side, block)) };
  if (isUfw) return { kind: "rules", owner: "ufw", rules: ["from", "to"].map((side) => ufwRoute(side, block)) };
  return tell(chain, ["saddr", "daddr"], block);
}

function tell({ family, table, chain, hook }: DroppingChain, sides: readonly string[], block: Cidr): Passage {
  const whose = hook === "forward" ? "between pods" : "from pods to this machine, such as their questions for names";
  const ip = block.family === "IPv4" ? "ip" : "ip6";
  const commands = sides.map(
    (side) => `nft insert rule ${family} ${table} ${chain} ${ip} ${side} ${block.text} accept`,
  );
  const sentence = `the table ${family} ${table} of this machine drops packets that it does not know (chain ${chain}), also those ${whose}; let them pass: ${commands.join(" && ")}`;
  return { kind: "tell", sentence };
}

const firewalld = "firewalld";
const firewalldZone = (block: Cidr): Rule => ({
  add: ["firewall-cmd", "--zone=trusted", `--add-source=${block.text}`],
  undo: ["firewall-cmd", "--zone=trusted", `--remove-source=${block.text}`],
});

const dockerRule = (side: string, block: Cidr): Rule => {
  const rule = ["DOCKER-USER", side, block.text, "-m", "comment", "--comment", "portolan", "-j", "ACCEPT"];
  const program = block.family === "IPv4" ? "iptables" : "ip6tables";
  return { add: [program, "-w", "-I", ...rule], undo: [program, "-w", "-D", ...rule] };
};

const ufwRoute = (side: string, block: Cidr): Rule => ({
  add: ["ufw", "route", "allow", side, block.text],
  undo: ["ufw", "route", "delete", "allow", side, block.text],
});
const ufwInput = (block: Cidr): Rule => ({
  add: ["ufw", "allow", "from", block.text],
  undo: ["ufw", "delete", "allow", "from", block.text],
});

/** Reads what `nft -j list chains` prints, for packets of a family. Tables whose name begins with `portolan` are ours. */
export function readFirewall(answer: unknown, family: IpFamily): Firewall {
  const passed = family === "IPv4" ? ["ip", "inet"] : ["ip6", "inet"];
  const chains = listOf(answer).filter(({ table, family }) => !table.startsWith("portolan") && passed.includes(family));
  const namesIn = (one: Chain): ReadonlySet<string> =>
    new Set(chains.filter(({ table, family }) => table === one.table && family === one.family).map(({ name }) => name));
  return {
    hasFirewalld: chains.some(({ table }) => table === firewalld),
    dropping: chains.flatMap((one): readonly DroppingChain[] => {
      const { family, table, name: chain, hook, policy } = one;
      if (policy !== "drop" || (hook !== "forward" && hook !== "input")) return [];
      return [{ family, table, chain, hook, neighbours: namesIn(one) }];
    }),
  };
}
interface Chain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly hook: string;
  readonly policy: string;
}
function listOf(answer: unknown): readonly Chain[] {
  const all = property(answer, "nftables");
  return (Array.isArray(all) ? all : []).flatMap((one: unknown) => {
    const chain = property(one, "chain");
    const text = (name: string): string => String(property(chain, name) ?? "");
    return chain === undefined
      ? []
      : [
          {
            family: text("family"),
            table: text("table"),
            name: text("name"),
            hook: text("hook"),
            policy: text("policy"),
          },
        ];
  });
}
const property = (of: unknown, name: string): unknown => (isJsonObject(of) ? of[name] : undefined);
